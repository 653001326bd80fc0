#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"
#include "mettle/serving/openapi/document.hpp"

namespace mettle::openapi {

// Adds GET /openapi.json, made again when the models have changed, with an ETag, and the exchange's
// `base` as its server; and the pages /docs (Swagger UI) and /redoc, which show it. The repository
// must outlive the app.
void add_routes(app::App& app, const ModelRepository& repository, const DescribedRoutes& routes);

}  // namespace mettle::openapi
