#include "mettle/analysis/bootstrap_t.hpp"

#include "mettle/base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>

namespace mettle::analysis {
namespace {

constexpr int kResamples = 9'999;
constexpr std::size_t kLeastToTrim = 8;
constexpr double kTrimmed = 0.2;  // At each end.

using Random = std::mt19937_64;

std::vector<double> resample(std::span<const double> values, Random& random) {
    // By multiplication, not std::uniform_int_distribution: the same on every standard library.
    std::vector<double> drawn(values.size());
    for (double& value : drawn) {
        const auto share = static_cast<double>(random() >> 11) * 0x1p-53;
        value = values[static_cast<std::size_t>(share * static_cast<double>(values.size()))];
    }
    return drawn;
}

double ratio(double distance, double error) {
    if (error > 0) return distance / error;
    // A resample of equal values says nothing about spread: it is counted as far out on its side,
    // which makes the interval wider, never narrower.
    return distance == 0 ? 0 : std::copysign(1e9, distance);
}

}  // namespace

Location location_of(std::vector<double> values) {
    const std::size_t count = values.size();
    if (count == 0) return {};
    std::ranges::sort(values);
    const auto trimmed = count < kLeastToTrim
                             ? std::size_t{0}
                             : static_cast<std::size_t>(kTrimmed * static_cast<double>(count));
    const std::size_t kept = count - 2 * trimmed;
    double sum = 0;
    for (std::size_t index = trimmed; index < trimmed + kept; ++index) sum += values[index];
    Location location{sum / static_cast<double>(kept), 0};
    if (count < 2) return location;
    std::fill_n(values.begin(), trimmed, values[trimmed]);
    std::fill_n(values.rbegin(), trimmed, values[count - 1 - trimmed]);
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / static_cast<double>(count);
    for (const double value : values) squares += (value - mean) * (value - mean);
    const double share = static_cast<double>(kept) / static_cast<double>(count);
    const double n = static_cast<double>(count);
    location.error = std::sqrt(squares / (n - 1) / n) / share;
    return location;
}

double Shift::lower(double alpha) const {
    if (t_.empty()) return estimate_;
    const auto rank = static_cast<std::size_t>((1 - alpha) * static_cast<double>(t_.size()));
    return estimate_ - t_[std::min(rank, t_.size() - 1)] * error_;
}

double Shift::upper(double alpha) const {
    if (t_.empty()) return estimate_;
    const auto rank = static_cast<std::size_t>(alpha * static_cast<double>(t_.size()));
    return estimate_ - t_[std::min(rank, t_.size() - 1)] * error_;
}

double Shift::p_above(double line) const {
    if (t_.empty()) return estimate_ > line ? 0 : 1;
    const auto further = t_.end() - std::ranges::lower_bound(t_, ratio(estimate_ - line, error_));
    return static_cast<double>(further + 1) / static_cast<double>(t_.size() + 1);
}

double Shift::p_below(double line) const {
    if (t_.empty()) return estimate_ < line ? 0 : 1;
    const auto further = std::ranges::upper_bound(t_, ratio(estimate_ - line, error_)) - t_.begin();
    return static_cast<double>(further + 1) / static_cast<double>(t_.size() + 1);
}

Shift paired_shift(std::span<const double> a, std::span<const double> b, std::uint64_t seed) {
    METTLE_ASSERT(a.size() == b.size() && a.size() >= 2);
    std::vector<double> differences(a.size());
    for (std::size_t index = 0; index < a.size(); ++index) differences[index] = b[index] - a[index];
    const Location whole = location_of(differences);
    Shift shift;
    shift.estimate_ = whole.centre;
    shift.error_ = whole.error;
    if (whole.error == 0) return shift;
    Random random(seed);
    for (int turn = 0; turn < kResamples; ++turn) {
        const Location drawn = location_of(resample(differences, random));
        shift.t_.push_back(ratio(drawn.centre - whole.centre, drawn.error));
    }
    std::ranges::sort(shift.t_);
    return shift;
}

Shift unpaired_shift(std::span<const double> a, std::span<const double> b, std::uint64_t seed) {
    METTLE_ASSERT(a.size() >= 2 && b.size() >= 2);
    const Location left = location_of({a.begin(), a.end()});
    const Location right = location_of({b.begin(), b.end()});
    Shift shift;
    shift.estimate_ = right.centre - left.centre;
    shift.error_ = std::hypot(left.error, right.error);
    if (shift.error_ == 0) return shift;
    Random random(seed);
    for (int turn = 0; turn < kResamples; ++turn) {
        const Location from = location_of(resample(a, random));
        const Location to = location_of(resample(b, random));
        shift.t_.push_back(
            ratio(to.centre - from.centre - shift.estimate_, std::hypot(from.error, to.error)));
    }
    std::ranges::sort(shift.t_);
    return shift;
}

}  // namespace mettle::analysis
