#pragma once

#include "mettle/inference/model.hpp"
#include "mettle/inference/model_config.hpp"

#include <cstdint>

namespace mettle {

// Runs of a model before it is served, so that no client waits for the first run of a shape, and a
// version that can't run is found out. Off the request path, on the thread that loads.

// What somebody said must run. Fails with the warm-up's name and what the model said.
Result<void> run_warm_ups(Model& model, const std::vector<WarmUp>& warm_ups);

// Inputs made up from the signature, for 1, 2, 4, ... and `most_rows` rows. They prove less: a
// dimension of any size has been guessed, and zeros may be no sensible input. Fails with what the
// model said to one row; larger batches end the warming up. Takes half a second at most, or one run
// more.
Result<void> run_made_up_warm_ups(Model& model, std::int64_t most_rows);

}  // namespace mettle
