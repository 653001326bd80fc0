#include "mettle/protocols/v2/metadata.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::protocols::v2 {

namespace {

using nlohmann::json;

std::unexpected<Error> not_v2(std::string message) {
    return fail(Error::Kind::protocol_violation, std::move(message));
}

json parse(std::string_view body) {
    return json::parse(body, nullptr, /*allow_exceptions=*/false);
}

bool is_text(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string();
}

std::string text_or_empty(const json& object, const char* key) {
    return is_text(object, key) ? object[key].get<std::string>() : std::string{};
}

std::vector<std::string> texts(const json& object, const char* key) {
    std::vector<std::string> list;
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array()) return list;
    for (const json& item : *found) {
        if (item.is_string()) list.push_back(item.get<std::string>());
    }
    return list;
}

Result<Shape> shape_from(const json& dims, const std::string& name) {
    Shape shape;
    for (const json& dim : dims) {
        if (!dim.is_number_integer() || dim.get<std::int64_t>() < -1 ||
            shape.rank() == Shape::kMaxRank)
            return not_v2(
                fmt::format("the shape of '{}' is not understood: {}", name, dims.dump()));
        shape.push_back(dim.get<std::int64_t>());
    }
    return shape;
}

Result<TensorSpec> spec_from(const json& item) {
    if (!item.is_object() || !is_text(item, "name") || !is_text(item, "datatype") ||
        !item.contains("shape") || !item["shape"].is_array())
        return not_v2("a tensor in the model's metadata has no name, datatype or shape");
    TensorSpec spec;
    spec.name = item["name"].get<std::string>();
    const auto type_name = item["datatype"].get<std::string>();
    const auto type = data_type_from_name(type_name);
    if (!type) {
        return fail(Error::Kind::unsupported,
                    fmt::format("the model's tensor '{}' is of type '{}', "
                                "which V2 does not have",
                                spec.name, type_name));
    }
    spec.type = *type;
    auto shape = shape_from(item["shape"], spec.name);
    if (!shape) return std::unexpected(shape.error());
    spec.shape = *shape;
    return spec;
}

Result<std::vector<TensorSpec>> specs_from(const json& model, const char* key) {
    const auto found = model.find(key);
    if (found == model.end() || !found->is_array())
        return not_v2(fmt::format("the model's metadata has no '{}'", key));
    std::vector<TensorSpec> specs;
    for (const json& item : *found) {
        // What may be left out is left out: the model has a value of its own for it.
        if (item.is_object() && item.value("optional", json()) == true) continue;
        auto spec = spec_from(item);
        if (!spec) return std::unexpected(spec.error());
        specs.push_back(std::move(*spec));
    }
    return specs;
}

}  // namespace

Result<ServerMetadata> parse_server_metadata(std::string_view body) {
    const json object = parse(body);
    if (!object.is_object() || !is_text(object, "name") || !object.contains("extensions") ||
        !object["extensions"].is_array())
        return not_v2("no V2 server metadata: name and extensions are missing");
    return ServerMetadata{object["name"].get<std::string>(), text_or_empty(object, "version"),
                          texts(object, "extensions")};
}

Result<ModelMetadata> parse_model_metadata(std::string_view body) {
    const json object = parse(body);
    if (!object.is_object() || !is_text(object, "name"))
        return not_v2("no V2 model metadata: name is missing");
    ModelMetadata model;
    model.name = object["name"].get<std::string>();
    model.versions = texts(object, "versions");
    model.platform = text_or_empty(object, "platform");
    auto inputs = specs_from(object, "inputs");
    if (!inputs) return std::unexpected(inputs.error());
    auto outputs = specs_from(object, "outputs");
    if (!outputs) return std::unexpected(outputs.error());
    model.signature = {std::move(*inputs), std::move(*outputs)};
    return model;
}

Result<std::vector<std::string>> parse_repository_index(std::string_view body) {
    const json list = parse(body);
    if (!list.is_array()) return not_v2("no V2 repository index: it is no list");
    std::vector<std::string> names;
    for (const json& item : list) {
        if (!item.is_object() || !is_text(item, "name")) continue;
        auto name = item["name"].get<std::string>();
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    return names;
}

}  // namespace mettle::protocols::v2
