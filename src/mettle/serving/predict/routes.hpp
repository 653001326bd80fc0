#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"

namespace mettle::predict {

// Adds POST /predict/{model} to the app. The repository must outlive it.
void add_routes(app::App& app, const ModelRepository& repository);

}  // namespace mettle::predict
