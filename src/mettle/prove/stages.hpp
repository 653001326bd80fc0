#pragma once

// The stages of a readiness run. Each answers one question with a verdict, a sentence and evidence
// (docs/schemas/prove.json); none throws for what the target does. They share one Bench and run in
// this order on one thread.

#include "mettle/prove/bench.hpp"
#include "mettle/prove/outcomes.hpp"
#include "mettle/prove/rate_search.hpp"
#include "mettle/prove/stage_kinds.hpp"

#include <string>

namespace mettle::prove {

// Starts the target again and again. REQUIRES: bench.launch
results::StageResult prove_cold_start(Bench& bench);
results::StageResult prove_correctness(Bench& bench);
// At the expected rate, else at half of what the search's bracket passed.
results::StageResult prove_steady(Bench& bench, RateSearch& search);
// At the same rate for `time`; nothing: what the steady stage's run shows is looked at.
results::StageResult prove_soak(Bench& bench, RateSearch& search, std::optional<Duration> time);
// The expected rate, else half of what the search's bracket passed; nothing when no rate holds, or
// interrupted.
std::optional<double> steady_rate(Bench& bench, RateSearch& search);
results::StageResult prove_capacity(Bench& bench, RateSearch& search,
                                    std::optional<results::Capacity>& capacity);

// Sizes of requests by how many are asked at once. Judges nothing: it measures and recommends.
results::StageResult prove_payload(Bench& bench);
// Beyond the capacity, and back. Skipped where the generator can't offer more than that.
results::StageResult prove_overload(Bench& bench, RateSearch& search);

// For stages: name, question and verdict of one that did not run.
results::StageResult skipped(StageName stage, std::string why);

}  // namespace mettle::prove
