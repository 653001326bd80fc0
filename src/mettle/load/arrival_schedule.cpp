#include "mettle/load/arrival_schedule.hpp"

#include "mettle/base/assert.hpp"

#include <cmath>

namespace mettle::load {

ArrivalSchedule ArrivalSchedule::constant_rate(double per_second, Duration length) {
    METTLE_ASSERT(per_second > 0);
    return ArrivalSchedule(per_second, length);
}

ArrivalSchedule ArrivalSchedule::poisson(double per_second, Duration length, std::uint64_t seed) {
    ArrivalSchedule schedule = constant_rate(per_second, length);
    schedule.random_.emplace(seed);
    return schedule;
}

ArrivalSchedule ArrivalSchedule::share(std::uint64_t worker, std::uint64_t workers) const {
    METTLE_ASSERT(worker < workers && workers_ == 1 && index_ == 0);
    ArrivalSchedule share = *this;
    share.worker_ = worker;
    share.workers_ = workers;
    return share;
}

std::optional<Duration> ArrivalSchedule::next() {
    for (;;) {  // Through the whole sequence; what other workers send is skipped.
        const Duration offset = offset_of_next();
        if (offset >= length_) return std::nullopt;
        if (index_++ % workers_ == worker_) return offset;
    }
}

Duration ArrivalSchedule::offset_of_next() {
    // Multiply from zero each time instead of adding up intervals: a rounding error of 1 ns per
    // request would drift by 0.6 s over a ten-minute test at 1 million requests per second.
    double intervals = static_cast<double>(index_);
    if (random_) {
        // Not std::exponential_distribution, whose numbers differ from library to library.
        const double uniform = static_cast<double>((*random_)() >> 11) * 0x1p-53;  // In [0, 1).
        random_intervals_ -= std::log1p(-uniform);
        intervals = random_intervals_;
    }
    return Duration(std::llround(intervals * 1e9 / per_second_));
}

}  // namespace mettle::load
