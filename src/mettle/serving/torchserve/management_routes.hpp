#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"
#include "mettle/inference/repository_keeper.hpp"

namespace mettle::torchserve {

// Adds TorchServe's management API below /models. What changes anything is the keeper's to refuse:
// it does where models are not loaded by request. All that is passed must outlive the app.
void add_management_routes(app::App& app, const ModelRepository& repository,
                           RepositoryKeeper& keeper);

}  // namespace mettle::torchserve
