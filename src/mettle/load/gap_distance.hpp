#pragma once

#include "mettle/metrics/histogram.hpp"

#include <cstdint>

namespace mettle::load {

// How far the gaps between sends are from the planned ones: the Kolmogorov-Smirnov distance of the
// two distributions, where a gap counts as planned if it is off by at most `tolerance` (in the
// histograms' unit). Without that, equal intervals would be at distance 1 from the same ones with a
// microsecond of jitter. The distance and not a p-value, since with 60,000 requests a harmless
// 50 µs timer grid fails any test of significance. 0 when either is empty.
double gap_distance(const Histogram& planned, const Histogram& actual, std::int64_t tolerance);

}  // namespace mettle::load
