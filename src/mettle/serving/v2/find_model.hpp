#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"

namespace mettle::v2 {

// The model that the path's {model} and, where it has it, {version} name. Writes a 404 or 400 into
// the response, and returns null, when there is none.
std::shared_ptr<ServedModel> find_model(const ModelRepository& repository, app::Context& context);

}  // namespace mettle::v2
