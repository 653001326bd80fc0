#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"
#include "mettle/serving/model_route.hpp"

namespace mettle::tfs {

// Adds TF Serving's REST routes, /v1/models/..., to the app. The repository must outlive it.
void add_routes(app::App& app, const ModelRepository& repository, const RouteOptions& options = {});

}  // namespace mettle::tfs
