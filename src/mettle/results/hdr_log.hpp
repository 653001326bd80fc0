#pragma once

#include "mettle/metrics/histogram.hpp"
#include "mettle/results/run_result.hpp"

#include <string>

namespace mettle::results {

// A histogram in HdrHistogram's V2 compressed form, base64: what its own tools read and merge.
std::string encode_hdr(const Histogram& histogram);

// A run in HdrHistogram's log format 1.3, one tagged line each for latency, service and failed
// times, of all tasks and by task. Values in µs; Interval_Max too.
std::string to_hdr_log(const RunResult& result);

}  // namespace mettle::results
