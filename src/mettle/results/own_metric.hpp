#pragma once

// What a run says to an expression over a scenario's or a protocol's own metric. For
// evaluation.cpp.

#include "mettle/results/expression.hpp"

#include <optional>

namespace mettle::results {

std::optional<double> own_metric_value(const Expression& expression, const RunResult& run);

}  // namespace mettle::results
