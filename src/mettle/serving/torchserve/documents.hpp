#pragma once

#include "mettle/base/result.hpp"
#include "mettle/inference/repository.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace mettle::torchserve {

// {"nextPageToken"?, "models": [{"modelName", "modelUrl"}]}: `limit` models from the one numbered
// `from` on, by name.
std::string model_list(const ModelRepository& repository, std::size_t from, std::size_t limit);

// [{"modelName", "modelVersion", ..., "workers": [...], "jobQueueStatus": {...}}]
std::string describe_models(const std::vector<std::shared_ptr<ServedModel>>& models);

// {"status": "..."}
std::string status_body(std::string_view status);

// Workers of a model; one that runs on the I/O threads counts as having one.
int workers_of(const ServedModel& model);

}  // namespace mettle::torchserve
