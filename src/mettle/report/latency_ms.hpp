#pragma once

// Latencies as reports write them: milliseconds of the histograms' microseconds.

#include "mettle/metrics/histogram.hpp"

namespace mettle::report {

inline double ms(double us) {
    return us / 1e3;
}

inline double ms_at(const Histogram& latency, double share) {
    return ms(static_cast<double>(latency.quantile(share)));
}

}  // namespace mettle::report
