#pragma once

// Did B get worse than A? Three-valued, metric by metric and over all.
//
// A threshold T is the smallest change that has to be found. The line of blame is half of it, in
// logarithms: midway between "no change" and "a change that counts". A metric is
//   a regression  when its whole interval lies above the line of blame (Holm over all metrics),
//   a pass        when its whole interval lies below T,
//   inconclusive  else.
// An interval between the two lines is a pass: certainly worse, and certainly by less than what
// counts. So a change of T is found, no change is never blamed, and both are known with the same
// confidence. (A line of blame at T itself finds a change of T only once in forty comparisons.)

#include "mettle/results/comparison.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mettle::analysis {

enum class Better : std::uint8_t { lower, higher };
using results::Change;

// One metric of all runs of both sides.
struct MetricRuns {
    std::string name;
    Better better = Better::lower;
    double threshold = 0.05;   // As a share: 0.05 for 5 %.
    std::vector<double> a, b;  // Positive values, one a run.
};

struct RegressionRules {
    bool paired = true;   // a[i] and b[i] were measured side by side.
    double alpha = 0.01;  // One-sided, of each claim.
    std::uint64_t seed = 1;
};

struct MetricChange {
    std::string name;
    Change change = Change::inconclusive;
    bool better = false;       // The whole interval lies on the good side of no change.
    double ratio = 1;          // B over A.
    double low = 1, high = 1;  // Of the ratio, at `alpha` on each side.
    double p_regression = 1;   // Adjusted by Holm.
    // Runs a side that are still needed, if what is seen is the truth; nothing when there is a
    // verdict or when no number can be told.
    std::optional<int> more_runs;
};

struct Regression {
    Change change = Change::inconclusive;
    std::vector<MetricChange> metrics;
};

// Fewer runs a side can't be convincing whatever they show.
inline constexpr std::size_t kLeastRuns = 4;

Regression judge(const std::vector<MetricRuns>& metrics, const RegressionRules& rules);

// When to look, and how much doubt each look may spend: looking often is what makes false alarms.
// The last look has half of `alpha`, the earlier ones share the other half.
struct Look {
    bool operator==(const Look&) const = default;

    int runs = 0;
    double alpha = 0;
};
std::vector<Look> plan_looks(int most_runs, double alpha);

}  // namespace mettle::analysis
