#pragma once

#include "mettle/inference/model_config.hpp"
#include "mettle/schema/place.hpp"

namespace mettle {

// Holds what a config says of a model against what its graph says; each contradiction with its
// place and both values.
void check_config(const ModelConfig& config, const Signature& graph, Mistakes& mistakes);

}  // namespace mettle
