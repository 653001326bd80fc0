#pragma once

// The tables that Locust's users know, as text: requests with their rates, percentiles, failures.
// Times are milliseconds of successful requests, from the moment they were due.

#include "mettle/results/run_result.hpp"

#include <span>
#include <string>

namespace mettle::report {

// A row for each task and one for all. Rates are those of `window` where there is one, as during a
// run; else of the whole run.
std::string requests_table(const results::RunResult& run, const results::RunResult* window);

// 50% to 100% of each task and of all, or those that the user asked for.
std::string percentiles_table(const results::RunResult& run);

// Those of the run, or Locust's.
std::span<const double> percentiles_of(const results::RunResult& run);
std::string format_percentile(double share);  // "99.9%"

// What --fail-if asked and what the run said: pass or FAIL, a line each; empty when it was not
// judged.
std::string thresholds_table(const results::RunResult& run);

// How often each failure happened, the most frequent first; empty when there was none.
std::string failures_table(const results::RunResult& run);

// Where the time went: "phases (p50/p99): network 0.08/0.25 ms, infer …"; empty when the server
// does not say.
std::string phases_line(const results::RunResult& run);

// Milliseconds in at most 7 characters: "0.12", "12.3", "1234".
std::string format_ms(double ms);

}  // namespace mettle::report
