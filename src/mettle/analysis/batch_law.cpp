#include "mettle/analysis/batch_law.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mettle::analysis {
namespace {

// Of an even number of values the mean of the two in the middle: there are few.
double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

std::optional<std::int64_t> BatchLaw::most_rows(double limit_ms) const {
    constexpr double kAny = 1e9;
    if (at(1) > limit_ms) return 0;
    const double most = b_ms > 0 ? (limit_ms - a_ms) / b_ms : kAny;
    return most < kAny ? std::optional(static_cast<std::int64_t>(std::floor(most + 1e-9)))
                       : std::nullopt;
}

std::optional<BatchLaw> fit_batch_law(std::span<const BatchTime> times) {
    std::vector<double> slopes, rests;
    for (std::size_t one = 0; one < times.size(); ++one) {
        for (std::size_t other = one + 1; other < times.size(); ++other) {
            const double apart = times[other].rows - times[one].rows;
            if (apart != 0) slopes.push_back((times[other].ms - times[one].ms) / apart);
        }
    }
    if (slopes.empty()) return {};
    BatchLaw law;
    law.b_ms = std::max(0.0, median(std::move(slopes)));
    for (const BatchTime& time : times) rests.push_back(time.ms - law.b_ms * time.rows);
    law.a_ms = median(std::move(rests));
    for (const BatchTime& time : times) {
        if (time.ms > 0)
            law.worst = std::max(law.worst, std::abs(law.at(time.rows) - time.ms) / time.ms);
    }
    return law;
}

}  // namespace mettle::analysis
