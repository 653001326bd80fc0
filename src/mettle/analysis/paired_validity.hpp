#pragma once

// May a run be one half of a pair? Less is asked of it than of a run that stands alone: what the
// host does to both halves (steal, throttling, a generator that is late now and then) widens the
// interval and takes no side. What hides the target is asked as ever.

#include "mettle/results/run_result.hpp"

#include <string>

namespace mettle::analysis {

// The reason why not, in a sentence; empty when it may.
std::string doubt_in_pair(const results::RunResult& run);

// Share of the latency's p99 that the generator's own lag may be: up to 1.
double lag_in_p99(const results::RunResult& run);

}  // namespace mettle::analysis
