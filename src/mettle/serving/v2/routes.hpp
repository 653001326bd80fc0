#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"
#include "mettle/serving/model_route.hpp"
#include "mettle/serving/readiness.hpp"

namespace mettle::v2 {

// Adds KServe V2's REST routes to the app. All of what is passed must outlive it.
void add_routes(app::App& app, const ModelRepository& repository, const Readiness& readiness,
                const RouteOptions& options = {});

}  // namespace mettle::v2
