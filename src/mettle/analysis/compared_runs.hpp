#pragma once

// From the runs of two sides to what is compared: which metrics, from which change on they count,
// and the verdict in the form that reports read.

#include "mettle/analysis/regression.hpp"
#include "mettle/results/comparison.hpp"

#include <map>
#include <string>
#include <vector>

namespace mettle::analysis {

// Of one run: results::StoredRun::metrics.
using RunMetrics = std::map<std::string, double>;

// The metrics that all runs of both sides have. `threshold` is that of p50; tails, memory and cold
// starts are noisier, and count from twice that on.
std::vector<MetricRuns> compared_metrics(const std::vector<RunMetrics>& a,
                                         const std::vector<RunMetrics>& b, double threshold);

// What was judged, into the result: verdict, metrics, reasons. `found` is the verdict on these
// runs.
void fill(results::Comparison& comparison, const Regression& found,
          const std::vector<RunMetrics>& a, const std::vector<RunMetrics>& b);

}  // namespace mettle::analysis
