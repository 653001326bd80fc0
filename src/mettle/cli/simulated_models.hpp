#pragma once

#include "mettle/cli/serve.hpp"
#include "mettle/inference/repository.hpp"

namespace mettle::cli {

// Makes the models of --simulate and lets them be asked for. Throws StartupError.
void add_simulated_models(const ServeOptions& options, ModelRepository& repository);

}  // namespace mettle::cli
