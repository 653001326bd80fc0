#pragma once

// What a load test's exit code says, and why. Pure.

#include "mettle/base/exit_code.hpp"
#include "mettle/results/expression.hpp"
#include "mettle/results/run_result.hpp"

#include <string>
#include <vector>

namespace mettle::results {

struct Verdict {
    ExitCode code = ExitCode::passed;
    std::vector<std::string> sentences;  // Why, in order of weight; empty for a plain pass.
};

// What the run said to each expression, or to "failures>0" where there is none.
std::vector<Threshold> thresholds_of(const RunResult& run, const std::vector<Expression>& fail_if);

// In this order: the target went away for good (4); a fail that a lagging generator cannot explain,
// which are failures and what is also broken from the send (1); an INVALID run (3), unless it only
// lagged and a latency from the due time, which contains the lag, was asked for and held; another
// fail (1); pass (0). With no expressions any failed request is a fail, as with Locust; with some,
// they alone decide.
Verdict judge(const RunResult& run, const std::vector<Expression>& fail_if);

}  // namespace mettle::results
