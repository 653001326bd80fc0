#pragma once

#include "mettle/app/app.hpp"
#include "mettle/serving/readiness.hpp"

namespace mettle {

// Adds /ping, which TorchServe, SageMaker and MLflow ask whether a server is well. The status says
// it to all; the body is TorchServe's.
void add_ping_route(app::App& app, const Readiness& readiness);

}  // namespace mettle
