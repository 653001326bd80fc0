#include "mettle/serving/v2/documents.hpp"

#include "mettle/base/version.hpp"

#include <nlohmann/json.hpp>

namespace mettle::v2 {

namespace {

using Json = nlohmann::ordered_json;

// What perf_analyzer takes as the largest batch of a model that batches; larger requests are taken
// all the same.
constexpr int kAdvertisedBatch = 1024;

Json tensors(const std::vector<TensorSpec>& specs) {
    Json list = Json::array();
    for (const TensorSpec& spec : specs) {
        list.push_back(
            {{"name", spec.name}, {"datatype", name_of(spec.type)}, {"shape", spec.shape.dims()}});
        if (!spec.labels.empty()) list.back()["labels"] = spec.labels;
    }
    return list;
}

std::string config_type(DataType type) {
    if (type == DataType::bytes) return "TYPE_STRING";
    return "TYPE_" + std::string(name_of(type));
}

// Without the dimension of the rows, where the model batches: it is implied by max_batch_size.
Json config_tensors(const std::vector<TensorSpec>& specs, bool batches) {
    Json list = Json::array();
    for (const TensorSpec& spec : specs) {
        const Shape dims = batches ? spec.shape.row() : spec.shape;
        Json entry = {
            {"name", spec.name}, {"data_type", config_type(spec.type)}, {"dims", dims.dims()}};
        // V2 wants at least one dimension: a row that is a scalar has one of size 1.
        if (dims.rank() == 0) {
            entry["dims"] = {1};
            entry["reshape"] = {{"shape", Json::array()}};
        }
        list.push_back(std::move(entry));
    }
    return list;
}

Json timed(const ModelStats::Timed& timed) {
    return {{"count", timed.count.value()}, {"ns", timed.total_ns.value()}};
}

Json batch_statistics(const ModelStats& stats) {
    Json list = Json::array();
    for (const BatchSizes::Size& size : stats.batch_sizes.read()) {
        const auto of = [&](std::uint64_t ns) { return Json{{"count", size.runs}, {"ns", ns}}; };
        list.push_back({{"batch_size", size.rows},
                        {"compute_input", of(size.input_ns)},
                        {"compute_infer", of(size.infer_ns)},
                        {"compute_output", of(size.output_ns)}});
    }
    return list;
}

// Empty where it is not known.
Json memory_usage(const ModelStats& stats) {
    const std::int64_t bytes = stats.memory_bytes.load();
    Json list = Json::array();
    if (bytes > 0) list.push_back({{"type", "CPU"}, {"id", 0}, {"byte_size", bytes}});
    return list;
}

Json one_statistic(const ServedModel& model) {
    const ModelStats& stats = model.stats();
    const Json nothing = {{"count", 0}, {"ns", 0}};
    return {
        {"name", model.name()},
        {"version", model.version()},
        {"last_inference", stats.last_inference_ms.load(std::memory_order_relaxed)},
        {"inference_count", stats.rows.value()},
        {"execution_count", stats.executions.value()},
        {"inference_stats",
         {{"success", timed(stats.success)},
          {"fail", timed(stats.fail)},
          {"queue", timed(stats.queue)},
          {"compute_input", timed(stats.parse)},
          {"compute_infer", timed(stats.infer)},
          {"compute_output", timed(stats.write)},
          {"cache_hit", nothing},
          {"cache_miss", nothing}}},
        {"response_stats", Json::object()},
        {"batch_stats", batch_statistics(stats)},
        {"memory_usage", memory_usage(stats)},
    };
}

// Triton's "onnxruntime_onnx" is of the backend "onnxruntime"; others are their own.
std::string_view backend_of(std::string_view platform) {
    return platform == "onnxruntime_onnx" ? "onnxruntime" : platform;
}

}  // namespace

std::string server_metadata() {
    return Json{{"name", "mettle"},
                {"version", version()},
                {"extensions",
                 {"binary_tensor_data", "classification", "model_configuration", "model_repository",
                  "parameters", "statistics"}}}
        .dump();
}

std::string model_metadata(const ServedModel& model, const ModelRepository& repository) {
    Json inputs = tensors(model.signature().inputs);
    for (Json& input : tensors(model.signature().optional_inputs)) {
        input["optional"] = true;
        inputs.push_back(std::move(input));
    }
    return Json{{"name", model.name()},
                {"versions", repository.versions_of(model.name())},
                {"platform", model.model().platform()},
                {"execution_providers", model.model().devices()},
                {"inputs", std::move(inputs)},
                {"outputs", tensors(model.signature().outputs)}}
        .dump();
}

// Without the optional inputs: a config of a model that batches can't say that an input has no
// rows.
std::string model_config(const ServedModel& model) {
    const bool batches = model.signature().batches();
    const std::string_view backend = backend_of(model.model().platform());
    return Json{
        {"name", model.name()},
        {"platform", model.model().platform()},
        {"backend", backend},
        {"version_policy", {{"all", Json::object()}}},
        {"max_batch_size", batches ? kAdvertisedBatch : 0},
        {"input", config_tensors(model.signature().inputs, batches)},
        {"output", config_tensors(model.signature().outputs, batches)},
        {"instance_group",
         {{{"name", model.name()}, {"kind", "KIND_CPU"}, {"count", model.workers()}}}},
        {"default_model_filename", backend == "onnxruntime" ? "model.onnx" : ""},
        {"parameters", {{"execution_providers", {{"string_value", model.model().devices()}}}}}}
        .dump();
}

std::string statistics(const std::vector<std::shared_ptr<ServedModel>>& models) {
    Json list = Json::array();
    for (const auto& model : models) list.push_back(one_statistic(*model));
    return Json{{"model_stats", std::move(list)}}.dump();
}

std::string repository_index(const ModelRepository& repository, bool only_ready) {
    Json list = Json::array();
    for (const auto& [name, version] : repository.index()) {
        if (only_ready && version.state != ModelState::ready) continue;
        list.push_back({{"name", name},
                        {"version", version.version},
                        {"state", name_of(version.state)},
                        {"reason", version.reason}});
    }
    return list.dump();
}

}  // namespace mettle::v2
