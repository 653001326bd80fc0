#pragma once

#include "mettle/inference/model_config.hpp"

#include <string>
#include <vector>

namespace mettle {

// Those of a model's versions on disk, ascending, that its policy wants served.
std::vector<std::string> chosen_versions(const std::vector<std::string>& on_disk,
                                         const VersionPolicy& policy);

}  // namespace mettle
