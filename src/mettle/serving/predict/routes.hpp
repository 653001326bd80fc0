#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"
#include "mettle/serving/model_route.hpp"

namespace mettle::predict {

// Adds POST /predict/{model} to the app. The repository must outlive it.
void add_routes(app::App& app, const ModelRepository& repository, const RouteOptions& options = {});

}  // namespace mettle::predict
