#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository_keeper.hpp"

namespace mettle::v2 {

// V2's model repository extension: index, load, unload. What is passed must outlive the app.
void add_repository_routes(app::App& app, const ModelRepository& repository,
                           RepositoryKeeper& keeper);

}  // namespace mettle::v2
