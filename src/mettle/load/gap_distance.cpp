#include "mettle/load/gap_distance.hpp"

#include <algorithm>

namespace mettle::load {

namespace {

double share_at_or_below(const Histogram& histogram, std::int64_t value) {
    return static_cast<double>(histogram.count_at_or_below(value)) /
           static_cast<double>(histogram.count());
}

// The most that `left` is ahead of `right` shifted to the left by `tolerance`.
double excess(const Histogram& left, const Histogram& right, std::int64_t tolerance) {
    double most = 0;
    std::uint64_t seen = 0;
    for (int index = 0; index < Histogram::kPages * Histogram::kPageSize; ++index) {
        const std::uint64_t here = left.bucket(index);
        if (here == 0) continue;
        seen += here;
        const double share = static_cast<double>(seen) / static_cast<double>(left.count());
        const std::int64_t value = Histogram::highest_in_bucket(index);
        most = std::max(most, share - share_at_or_below(right, value + tolerance));
    }
    return most;
}

}  // namespace

double gap_distance(const Histogram& planned, const Histogram& actual, std::int64_t tolerance) {
    if (planned.count() == 0 || actual.count() == 0) return 0;
    return std::max(excess(planned, actual, tolerance), excess(actual, planned, tolerance));
}

}  // namespace mettle::load
