#pragma once

#include "mettle/inference/served_model.hpp"

#include <string>

namespace mettle::torchserve {

// What TorchServe answers to OPTIONS: its APIs, or a model's, as OpenAPI. Clients tell by it that a
// server is one.
std::string describe_api();
std::string describe_model_api(const ServedModel& model);

}  // namespace mettle::torchserve
