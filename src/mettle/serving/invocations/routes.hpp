#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"
#include "mettle/serving/model_route.hpp"

namespace mettle::invocations {

// Adds POST /invocations, as MLflow's and SageMaker's clients call it. It asks the only model, or
// the one that x-amzn-sagemaker-target-model names. The repository must outlive the app.
void add_routes(app::App& app, const ModelRepository& repository, const RouteOptions& options = {});

}  // namespace mettle::invocations
