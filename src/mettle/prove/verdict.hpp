#pragma once

#include "mettle/base/exit_code.hpp"
#include "mettle/results/prove_result.hpp"

namespace mettle::prove {

// READY when at least one stage passed and none failed or is invalid; NOT READY when one failed;
// INVALID otherwise, and whenever the user broke it off. Fills in verdict, reasons and skipped from
// the stages.
void conclude(results::ProveResult& result);

// 4 when the target went away, 3 when interrupted, else 0, 1 or 3 by the verdict.
ExitCode exit_code_of(const results::ProveResult& result);

}  // namespace mettle::prove
