#pragma once

#include "mettle/base/units.hpp"

namespace mettle {

// How long calls may wait in a queue: CoDel as Facebook runs it ("Fail at Scale", ACM Queue 13-8).
// A burst may wait for an interval; a queue that has not been short for a whole interval is not a
// burst but too much work, and from then on waiting beyond the target is of no use to anybody.
// Pure: the time is told.
class QueueWatch {
public:
    struct Limits {
        Duration target = std::chrono::milliseconds(5);
        Duration interval = std::chrono::milliseconds(100);
    };

    explicit QueueWatch(TimePoint now) : last_short_(now) {}

    // A worker has looked: the call that has waited longest came so long ago; zero: none waits.
    void saw_wait(Duration longest, const Limits& limits, TimePoint now) {
        if (longest < limits.target) last_short_ = now;
    }

    // While this is so the newest go first: those that have waited long will be too late anyway.
    bool overloaded(const Limits& limits, TimePoint now) const {
        return now - last_short_ > limits.interval;
    }
    Duration longest_wait(const Limits& limits, TimePoint now) const {
        return overloaded(limits, now) ? limits.target : limits.interval;
    }

private:
    TimePoint last_short_;
};

}  // namespace mettle
