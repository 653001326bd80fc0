#pragma once

// How far apart two small sets of runs are, with an interval: the percentile-t bootstrap of 20 %
// trimmed means (Wilcox, Introduction to Robust Estimation, 5.3). Trimmed, because one run that a
// neighbour disturbed must not decide; studentised, because a plain percentile interval of ten runs
// is too narrow. The run is the unit: requests of one run are alike.

#include <cstdint>
#include <span>
#include <vector>

namespace mettle::analysis {

// A trimmed mean and its standard error by Winsorised variance (Tukey and McLaughlin 1963). Below 8
// values nothing is trimmed, since too little would be left.
struct Location {
    double centre = 0;
    double error = 0;  // 0 for fewer than two values, or where all are the same.
};
Location location_of(std::vector<double> values);

// An estimated difference. Where all values of a side are the same it is known exactly.
class Shift {
public:
    double estimate() const { return estimate_; }
    double error() const { return error_; }
    // One-sided bounds: each is wrong with probability `alpha`.
    double lower(double alpha) const;
    double upper(double alpha) const;
    // How likely an estimate like this, or one further up, is if the truth is at most `line`; the
    // same further down.
    double p_above(double line) const;
    double p_below(double line) const;

private:
    friend Shift paired_shift(std::span<const double>, std::span<const double>, std::uint64_t);
    friend Shift unpaired_shift(std::span<const double>, std::span<const double>, std::uint64_t);
    double estimate_ = 0;
    double error_ = 0;
    std::vector<double> t_;  // Of the resamples, ascending.
};

// Of b over a, where a[i] and b[i] were measured side by side. REQUIRES: equal sizes, at least 2.
Shift paired_shift(std::span<const double> a, std::span<const double> b, std::uint64_t seed);
// Of b over a, each side resampled by itself. REQUIRES: at least 2 a side.
Shift unpaired_shift(std::span<const double> a, std::span<const double> b, std::uint64_t seed);

}  // namespace mettle::analysis
