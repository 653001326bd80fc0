#pragma once

// The stages of a readiness run. Each answers one question with a verdict, a sentence and evidence
// (docs/schemas/prove.json); none throws for what the target does. They share one Bench and run in
// this order on one thread.

#include "mettle/prove/bench.hpp"
#include "mettle/prove/rate_search.hpp"
#include "mettle/prove/stage_kinds.hpp"

#include <string>

namespace mettle::prove {

// Starts the target again and again. REQUIRES: bench.launch
results::StageResult prove_cold_start(Bench& bench);
results::StageResult prove_correctness(Bench& bench);
// At the expected rate, else at half of what the search's bracket passed.
results::StageResult prove_steady(Bench& bench, RateSearch& search);
results::StageResult prove_capacity(Bench& bench, RateSearch& search,
                                    std::optional<results::Capacity>& capacity);

// Beyond the capacity, and back. Skipped where the generator can't offer more than that.
results::StageResult prove_overload(Bench& bench, RateSearch& search);

// 429 or 503: under load an answer like another.
bool is_refusal(const results::Failure& failure);
// For stages: name, question and verdict of one that did not run.
results::StageResult skipped(StageName stage, std::string why);

}  // namespace mettle::prove
