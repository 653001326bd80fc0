#include "mettle/load/arrival_schedule.hpp"

#include "mettle/base/assert.hpp"

#include <cmath>
#include <utility>

namespace mettle::load {

namespace {

constexpr double kMostSeconds = 9e9;  // In ns, short of what 64 bits hold.

}  // namespace

ArrivalSchedule ArrivalSchedule::constant_rate(double per_second, Duration length) {
    METTLE_ASSERT(per_second > 0);
    ArrivalSchedule schedule(ArrivalLaw::constant, 0, length);
    schedule.per_second_ = per_second;
    return schedule;
}

ArrivalSchedule ArrivalSchedule::poisson(double per_second, Duration length, std::uint64_t seed) {
    METTLE_ASSERT(per_second > 0);
    ArrivalSchedule schedule(ArrivalLaw::poisson, seed, length);
    schedule.per_second_ = per_second;
    return schedule;
}

ArrivalSchedule ArrivalSchedule::along(const ArrivalLaw& law, RateCurve curve, Duration length,
                                       std::uint64_t seed) {
    ArrivalSchedule schedule(law, seed, length);
    schedule.curve_ = std::make_shared<const RateCurve>(std::move(curve));
    return schedule;
}

ArrivalSchedule ArrivalSchedule::trace(std::shared_ptr<const Moments> moments, Duration length) {
    ArrivalSchedule schedule(ArrivalLaw::constant, 0, length);
    schedule.moments_ = std::move(moments);
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
        const auto offset = offset_of_next();
        if (!offset || *offset >= length_) return std::nullopt;
        if (index_++ % workers_ == worker_) return offset;
    }
}

std::optional<Duration> ArrivalSchedule::offset_of_next() {
    if (moments_) {
        if (index_ >= moments_->size()) return std::nullopt;
        return (*moments_)[index_];
    }
    const double area = area_of_next();
    if (!curve_) return Duration(std::llround(area * 1e9 / per_second_));
    const double moment_s = curve_->moment_of(area);
    if (moment_s > kMostSeconds) return std::nullopt;
    return Duration(std::llround(moment_s * 1e9));
}

double ArrivalSchedule::area_of_next() {
    // Multiply from zero each time instead of adding up intervals: a rounding error of 1 ns per
    // request would drift by 0.6 s over a ten-minute test at 1 million requests per second.
    if (steady_) return static_cast<double>(index_);
    return area_ += gaps_.next();
}

}  // namespace mettle::load
