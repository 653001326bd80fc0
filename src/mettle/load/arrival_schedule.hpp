#pragma once

#include "mettle/base/units.hpp"

#include <cstdint>
#include <optional>
#include <random>

namespace mettle::load {

// When each request of an open-loop test is meant to leave. The plan is fixed before the test and
// does not look at responses: a slow server cannot slow the plan down, and latency is counted from
// the planned moment, so waiting inside the tester shows up in the result.
//
// A value, and a sequence that can be read once: to read it again, copy it first.
class ArrivalSchedule {
public:
    // Equal intervals; the first request leaves at once. REQUIRES: per_second > 0
    static ArrivalSchedule constant_rate(double per_second, Duration length);
    // A Poisson process: exponentially distributed intervals with mean 1 / per_second, which is how
    // independent users arrive. The same seed gives the same plan. REQUIRES: per_second > 0
    static ArrivalSchedule poisson(double per_second, Duration length, std::uint64_t seed);

    // What worker `worker` of `workers` sends: arrivals worker, worker + workers, ... Together the
    // shares are exactly this schedule, however many workers there are.
    // REQUIRES: worker < workers, and this schedule is whole and has not been read from.
    ArrivalSchedule share(std::uint64_t worker, std::uint64_t workers) const;

    // The next planned moment, as an offset from the start of the test; nothing once it is over.
    std::optional<Duration> next();

private:
    ArrivalSchedule(double per_second, Duration length)
        : per_second_(per_second), length_(length) {}
    Duration offset_of_next();

    double per_second_;
    Duration length_;
    std::optional<std::mt19937_64> random_;  // Only a Poisson process has one.
    double random_intervals_ = 0;            // Their sum so far, where the mean one is 1.
    std::uint64_t index_ = 0;                // Of the next arrival, in the whole schedule.
    std::uint64_t worker_ = 0;
    std::uint64_t workers_ = 1;
};

}  // namespace mettle::load
