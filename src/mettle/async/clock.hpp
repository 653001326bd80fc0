#pragma once

#include "mettle/async/task.hpp"
#include "mettle/base/units.hpp"

namespace mettle {

// Time as the program sees it. Code that waits or measures takes a `Clock&`, so a test can hand it
// a SimulatedClock and run an hour of load in a millisecond.
class Clock {
public:
    virtual ~Clock() = default;

    virtual TimePoint now() const = 0;

    // Returns when now() >= `wake_at`; at once if that moment has passed. Throws operation_aborted
    // if the caller is cancelled before that moment.
    virtual Task<void> sleep_until(TimePoint wake_at) = 0;
};

}  // namespace mettle
