#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"
#include "mettle/serving/model_route.hpp"

namespace mettle::torchserve {

// Adds TorchServe's inference API: /predictions/{model}[/{version}], and its description of itself
// at OPTIONS /. The repository must outlive the app.
void add_routes(app::App& app, const ModelRepository& repository, const RouteOptions& options = {});

}  // namespace mettle::torchserve
