#include "mettle/protocols/tfs/metadata.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <optional>

namespace mettle::protocols::tfs {

namespace {

using nlohmann::json;

std::unexpected<Error> not_tfs(std::string message) {
    return fail(Error::Kind::protocol_violation, std::move(message));
}

// The member of an object; null where there is none, or no object.
const json& at(const json& object, std::string_view key) {
    static const json kNone;
    if (!object.is_object()) return kNone;
    const auto found = object.find(key);
    return found == object.end() ? kNone : *found;
}

std::string text(const json& value) {
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<DataType> type_of(std::string_view name) {
    using enum DataType;
    static constexpr std::pair<std::string_view, DataType> kTypes[] = {
        {"DT_FLOAT", fp32},   {"DT_DOUBLE", fp64},   {"DT_INT32", int32},   {"DT_INT64", int64},
        {"DT_STRING", bytes}, {"DT_BOOL", boolean},  {"DT_UINT8", uint8},   {"DT_INT8", int8},
        {"DT_INT16", int16},  {"DT_UINT16", uint16}, {"DT_UINT32", uint32}, {"DT_UINT64", uint64},
        {"DT_HALF", fp16},    {"DT_BFLOAT16", bf16}};
    for (const auto& [type_name, type] : kTypes)
        if (type_name == name) return type;
    return {};
}

// Sizes are 64-bit numbers, which protobuf writes as texts.
std::optional<std::int64_t> size_of(const json& dim) {
    const json& size = at(dim, "size");
    if (size.is_number_integer()) return size.get<std::int64_t>();
    const std::string digits = text(size);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return {};
    return value;
}

Result<TensorSpec> spec_from(const std::string& name, const json& info) {
    const std::string type_name = text(at(info, "dtype"));
    const auto type = type_of(type_name);
    if (!type)
        return fail(Error::Kind::unsupported,
                    fmt::format("the model's tensor '{}' is of type '{}'", name, type_name));
    const json& shape = at(info, "tensor_shape");
    if (at(shape, "unknown_rank") == json(true))
        return fail(Error::Kind::unsupported,
                    fmt::format("the model does not say how many dimensions '{}' has", name));
    TensorSpec spec{name, *type, {}};
    for (const json& dim : at(shape, "dim")) {
        const auto size = size_of(dim);
        if (!size || *size < -1 || spec.shape.rank() == Shape::kMaxRank)
            return not_tfs(fmt::format("the shape of '{}' is not understood: {}", name,
                                       shape.dump(-1, ' ', false, json::error_handler_t::replace)));
        spec.shape.push_back(*size);
    }
    return spec;
}

Result<std::vector<TensorSpec>> specs_from(const json& tensors) {
    std::vector<TensorSpec> specs;
    if (!tensors.is_object()) return not_tfs("a signature has no inputs or outputs");
    for (const auto& [name, info] : tensors.items()) {
        auto spec = spec_from(name, info);
        if (!spec) return std::unexpected(spec.error());
        specs.push_back(std::move(*spec));
    }
    return specs;
}

Result<std::string> choose_signature(const json& signatures, std::string_view wanted) {
    std::vector<std::string> predict;
    for (const auto& [name, signature] : signatures.items()) {
        if (name == wanted || (wanted.empty() && name == "serving_default")) return name;
        if (text(at(signature, "method_name")).ends_with("/predict")) predict.push_back(name);
    }
    if (wanted.empty() && predict.size() == 1) return predict[0];
    return fail(Error::Kind::invalid_input,
                fmt::format("the model has no signature '{}'; it has {}",
                            wanted.empty() ? "serving_default" : wanted, fmt::join(predict, ", ")));
}

}  // namespace

Result<std::vector<ModelVersion>> parse_status(std::string_view body) {
    const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
    const json& list = at(object, "model_version_status");
    if (!list.is_array() || list.empty())
        return not_tfs("no TF Serving status: model_version_status is missing");
    std::vector<ModelVersion> versions;
    for (const json& item : list) {
        if (text(at(item, "state")).empty())
            return not_tfs("no TF Serving status: a version has no state");
        versions.push_back({text(at(item, "version")), text(at(item, "state"))});
    }
    return versions;
}

Result<ModelMetadata> parse_metadata(std::string_view body, std::string_view signature_name) {
    const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
    const json& spec = at(object, "model_spec");
    const json& signatures = at(at(at(object, "metadata"), "signature_def"), "signature_def");
    if (!spec.is_object() || !signatures.is_object())
        return not_tfs("no TF Serving metadata: model_spec or metadata.signature_def is missing");
    auto chosen = choose_signature(signatures, signature_name);
    if (!chosen) return std::unexpected(chosen.error());
    auto inputs = specs_from(at(signatures[*chosen], "inputs"));
    if (!inputs) return std::unexpected(inputs.error());
    auto outputs = specs_from(at(signatures[*chosen], "outputs"));
    if (!outputs) return std::unexpected(outputs.error());
    return ModelMetadata{text(at(spec, "name")),
                         text(at(spec, "version")),
                         std::move(*chosen),
                         {std::move(*inputs), std::move(*outputs)}};
}

std::string model_path(std::string_view model, std::string_view version) {
    if (version.empty()) return fmt::format("/v1/models/{}", model);
    if (version.starts_with("labels/")) return fmt::format("/v1/models/{}/{}", model, version);
    return fmt::format("/v1/models/{}/versions/{}", model, version);
}

}  // namespace mettle::protocols::tfs
