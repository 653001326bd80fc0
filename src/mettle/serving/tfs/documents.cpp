#include "mettle/serving/tfs/documents.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mettle::tfs {

namespace {

using Json = nlohmann::ordered_json;

std::string_view type_name(DataType type) {
    switch (type) {
        case DataType::boolean:
            return "DT_BOOL";
        case DataType::uint8:
            return "DT_UINT8";
        case DataType::uint16:
            return "DT_UINT16";
        case DataType::uint32:
            return "DT_UINT32";
        case DataType::uint64:
            return "DT_UINT64";
        case DataType::int8:
            return "DT_INT8";
        case DataType::int16:
            return "DT_INT16";
        case DataType::int32:
            return "DT_INT32";
        case DataType::int64:
            return "DT_INT64";
        case DataType::fp16:
            return "DT_HALF";
        case DataType::bf16:
            return "DT_BFLOAT16";
        case DataType::fp32:
            return "DT_FLOAT";
        case DataType::fp64:
            return "DT_DOUBLE";
        case DataType::bytes:
            break;
    }
    return "DT_STRING";
}

// By name, as protobuf's maps are. Sizes are strings: they are 64 bits wide.
Json tensors(const std::vector<TensorSpec>& specs) {
    Json by_name = Json::object();
    for (const TensorSpec& spec : specs) {
        Json dims = Json::array();
        for (const std::int64_t dim : spec.shape.dims())
            dims.push_back({{"size", fmt::to_string(dim)}, {"name", ""}});
        by_name[spec.name] = {{"dtype", type_name(spec.type)},
                              {"tensor_shape", {{"dim", dims}, {"unknown_rank", false}}},
                              {"name", spec.name + ":0"}};
    }
    return by_name;
}

}  // namespace

std::string version_status(const std::vector<std::shared_ptr<ServedModel>>& versions) {
    Json list = Json::array();
    for (const auto& model : versions) {
        list.push_back({{"version", model->version()},
                        {"state", "AVAILABLE"},
                        {"status", {{"error_code", "OK"}, {"error_message", ""}}}});
    }
    return Json{{"model_version_status", std::move(list)}}.dump(1) + "\n";
}

std::string model_metadata(const ServedModel& model) {
    const Json signature = {{"inputs", tensors(model.signature().inputs)},
                            {"outputs", tensors(model.signature().outputs)},
                            {"method_name", "tensorflow/serving/predict"},
                            {"defaults", Json::object()}};
    const Json metadata = {
        {"signature_def", {{"signature_def", {{"serving_default", signature}}}}}};
    return Json{{"model_spec",
                 {{"name", model.name()}, {"signature_name", ""}, {"version", model.version()}}},
                {"metadata", metadata}}
               .dump(1) +
           "\n";
}

}  // namespace mettle::tfs
