#pragma once

#include "mettle/inference/repository.hpp"

#include <string>

namespace mettle::v2 {

// The JSON documents of V2 that describe a server and its models.
std::string server_metadata();
std::string model_metadata(const ServedModel& model, const ModelRepository& repository);
// Triton's ModelConfig, as perf_analyzer and model analysers read it.
std::string model_config(const ServedModel& model);
// Of one model, or of all.
std::string statistics(const std::vector<std::shared_ptr<ServedModel>>& models);
std::string repository_index(const ModelRepository& repository, bool only_ready);

}  // namespace mettle::v2
