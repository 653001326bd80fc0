#pragma once

#include "mettle/metrics/histogram.hpp"

#include <string>

namespace mettle::results {

// A histogram of µs as HdrHistogram writes a distribution, which its plotter draws: value in ms,
// share, count up to there, and 1 / (1 - share), in steps that halve with the distance to the top.
std::string to_percentile_table(const Histogram& histogram);

}  // namespace mettle::results
