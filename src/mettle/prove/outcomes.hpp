#pragma once

// What the failures of a run mean to the stages.

#include "mettle/results/run_result.hpp"

namespace mettle::prove {

// 429 or 503: under load an answer like another.
bool is_refusal(const results::Failure& failure);
// An answer that came and was not right.
bool is_wrong(const results::Failure& failure);

}  // namespace mettle::prove
