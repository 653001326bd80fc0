#pragma once

#include "mettle/inference/repository.hpp"

#include <string>
#include <vector>

namespace mettle::tfs {

// What TF Serving's REST API tells of models, indented as it does.
std::string version_status(const std::vector<std::shared_ptr<ServedModel>>& versions);
std::string model_metadata(const ServedModel& model);

}  // namespace mettle::tfs
