#pragma once

#include "mettle/results/prove_result.hpp"

#include <string>

namespace mettle::report {

// One line for a stage that has ended: "  ✓ steady       12.1 s  2,000 rps for …".
std::string stage_line(const results::StageResult& stage, bool colour);

// The block that ends a readiness run: the verdict with what was skipped in its own line, the
// stages, reasons, capacity, what was assumed.
struct SummaryStyle {
    bool colour = false;
    bool stages = true;  // Left out where they have just been shown.
};
// "  (skipped: a; assumed: b)": what the verdict rests on, for its own line; empty: nothing.
std::string conditions_of(const results::ProveResult& result);

std::string prove_summary(const results::ProveResult& result, SummaryStyle style);

// For pull requests: verdict, a table of stages, reasons, assumptions.
std::string prove_markdown(const results::ProveResult& result);

// JUnit: a test case a stage.
std::string prove_junit(const results::ProveResult& result);

}  // namespace mettle::report
