#include "mettle/serving/torchserve/documents.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace mettle::torchserve {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json workers(const ServedModel& model) {
    const auto memory = model.stats().memory_bytes.load();
    Json list = Json::array();
    for (int worker = 0; worker < workers_of(model); ++worker) {
        list.push_back({{"id", fmt::to_string(worker)},
                        {"status", "READY"},
                        {"gpu", false},
                        {"memoryUsage", memory}});
    }
    return list;
}

Json description(const ServedModel& model) {
    const std::size_t waiting = model.queued();
    return {{"modelName", model.name()},
            {"modelVersion", model.version()},
            {"modelUrl", model.name()},
            {"engine", model.model().platform()},
            {"runtime", "native"},
            {"minWorkers", workers_of(model)},
            {"maxWorkers", workers_of(model)},
            {"batchSize", model.joins_calls() ? model.most_rows() : 1},
            {"maxBatchDelay", 0},
            {"workers", workers(model)},
            {"jobQueueStatus",
             {{"remainingCapacity", model.max_queue() - std::min(waiting, model.max_queue())},
              {"pendingRequests", waiting}}}};
}

}  // namespace

int workers_of(const ServedModel& model) {
    return std::max(1, model.workers());
}

std::string model_list(const ModelRepository& repository, std::size_t from, std::size_t limit) {
    std::set<std::string> names;
    for (const auto& model : repository.all()) names.insert(model->name());
    Json list = Json::array();
    std::size_t at = 0;
    for (const std::string& name : names) {
        if (at++ < from) continue;
        if (list.size() == limit) {
            return text_of({{"nextPageToken", fmt::to_string(from + limit)}, {"models", list}});
        }
        list.push_back({{"modelName", name}, {"modelUrl", name}});
    }
    return text_of({{"models", list}});
}

std::string describe_models(const std::vector<std::shared_ptr<ServedModel>>& models) {
    Json list = Json::array();
    for (const auto& model : models) list.push_back(description(*model));
    return text_of(list);
}

std::string status_body(std::string_view status) {
    return text_of({{"status", status}});
}

}  // namespace mettle::torchserve
