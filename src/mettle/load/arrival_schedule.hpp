#pragma once

#include "mettle/base/units.hpp"
#include "mettle/load/arrival_law.hpp"
#include "mettle/load/rate_curve.hpp"
#include "mettle/load/unit_gaps.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace mettle::load {

// When each request of an open-loop test is meant to leave. The plan is fixed before the test and
// does not look at responses: a slow server cannot slow the plan down, and latency is counted from
// the planned moment, so waiting inside the tester shows up in the result.
//
// A value, and a sequence that can be read once: to read it again, copy it first.
class ArrivalSchedule {
public:
    // Moments from the start of the load, in order.
    using Moments = std::vector<Duration>;

    // Equal intervals; the first request leaves at once. REQUIRES: per_second > 0
    static ArrivalSchedule constant_rate(double per_second, Duration length);
    // A Poisson process: exponentially distributed intervals with mean 1 / per_second, which is how
    // independent users arrive. The same seed gives the same plan. REQUIRES: per_second > 0
    static ArrivalSchedule poisson(double per_second, Duration length, std::uint64_t seed);
    // Gaps of `law` at rate 1, stretched so that they come at the rate of `curve`. Bursts of the
    // law are in the curve already.
    static ArrivalSchedule along(const ArrivalLaw& law, RateCurve curve, Duration length,
                                 std::uint64_t seed);
    // What was recorded elsewhere.
    static ArrivalSchedule trace(std::shared_ptr<const Moments> moments, Duration length);

    // What worker `worker` of `workers` sends: arrivals worker, worker + workers, ... Together the
    // shares are exactly this schedule, however many workers there are.
    // REQUIRES: worker < workers, and this schedule is whole and has not been read from.
    ArrivalSchedule share(std::uint64_t worker, std::uint64_t workers) const;

    // The next planned moment, as an offset from the start of the test; nothing once it is over.
    std::optional<Duration> next();

private:
    ArrivalSchedule(const ArrivalLaw& law, std::uint64_t seed, Duration length)
        : length_(length), steady_(law.gaps == ArrivalLaw::Gaps::constant), gaps_(law, seed) {}
    std::optional<Duration> offset_of_next();
    double area_of_next();

    Duration length_;
    bool steady_;            // Equal gaps: their sum is the index.
    double per_second_ = 0;  // Without a curve.
    UnitGaps gaps_;
    double area_ = 0;  // The sum of the gaps so far.
    std::shared_ptr<const RateCurve> curve_;
    std::shared_ptr<const Moments> moments_;
    std::uint64_t index_ = 0;  // Of the next arrival, in the whole schedule.
    std::uint64_t worker_ = 0;
    std::uint64_t workers_ = 1;
};

}  // namespace mettle::load
