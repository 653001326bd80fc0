#include "mettle/protocols/openapi/document.hpp"

#include "mettle/payload/json_depth.hpp"
#include "mettle/payload/json_schema.hpp"
#include "mettle/protocols/openapi/yaml_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mettle::protocols::openapi {

namespace {

using nlohmann::json;

constexpr std::array kMethods = {std::pair{"get", "GET"},        std::pair{"post", "POST"},
                                 std::pair{"put", "PUT"},        std::pair{"patch", "PATCH"},
                                 std::pair{"delete", "DELETE"},  std::pair{"head", "HEAD"},
                                 std::pair{"options", "OPTIONS"}};

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// Null where there is none of that kind.
const json* object_in(const json& node, const char* key) {
    const auto found = node.find(key);
    return found != node.end() && found->is_object() ? &*found : nullptr;
}

std::string text_in(const json& node, const char* key) {
    const auto found = node.find(key);
    return found != node.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_in(const json& node, const char* key) {
    const auto found = node.find(key);
    return found != node.end() && found->is_boolean() && found->get<bool>();
}

// "3:14" of a byte: people look for lines.
std::string place_of(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, std::min(byte ? byte - 1 : 0, text.size()));
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    return fmt::format("line {}, column {}", line, column);
}

Result<json> parse_text(std::string_view text) {
    if (text.size() > Document::kMostBytes)
        return fail(Error::Kind::too_large, "the OpenAPI document is larger than 32 MiB");
    const auto begin = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (begin == std::string_view::npos) return invalid("the OpenAPI document is empty");
    if (text[begin] != '{') {
        auto yaml = json_from_yaml(text);
        if (!yaml) return fail(yaml.error().kind, "the OpenAPI document: " + yaml.error().message);
        return yaml;
    }
    if (payload::is_deeper_than(text, payload::kDeepestJson))
        return invalid("the OpenAPI document is nested deeper than 500");
    try {
        return json::parse(text.substr(begin));
    } catch (const json::parse_error& error) {
        return invalid(
            fmt::format("the OpenAPI document is no JSON: {}", place_of(text, begin + error.byte)));
    } catch (const json::out_of_range&) {
        return invalid("the OpenAPI document has a number beyond all limits");
    }
}

// "/api/v1" of "https://host/api/{version}/" and its variables' defaults. The host is the user's
// to say.
std::string base_path_of(const json& root) {
    const auto servers = root.find("servers");
    if (servers == root.end() || !servers->is_array() || servers->empty()) return "";
    const json& server = servers->front();
    if (!server.is_object()) return "";
    std::string url = text_in(server, "url");
    if (const json* variables = object_in(server, "variables"))
        for (const auto& [name, variable] : variables->items()) {
            const std::string written = "{" + name + "}";
            if (const auto at = url.find(written); at != std::string::npos && variable.is_object())
                url.replace(at, written.size(), text_in(variable, "default"));
        }
    if (const auto scheme = url.find("://"); scheme != std::string::npos)
        url = url.substr(std::min(url.find('/', scheme + 3), url.size()));
    url = url.substr(0, url.find_first_of("?#"));
    while (url.ends_with('/')) url.pop_back();
    const bool plain = url.starts_with('/') && url.find_first_of(" \r\n{}") == std::string::npos;
    return plain ? url : "";
}

// Follows references from one part to another; they may be in a row.
Result<const json*> resolved(const json& root, const json& node) {
    const json* at = &node;
    for (int step = 0; step < 20; ++step) {
        if (!at->is_object()) return invalid("an object was expected");
        const auto reference = at->find("$ref");
        if (reference == at->end()) return at;
        const auto next = payload::resolve_reference(root, *reference);
        if (!next) return std::unexpected(next.error());
        at = *next;
    }
    return invalid("its $refs lead in a circle");
}

bool has_value(const json& node) {
    constexpr std::array kKeys = {"example", "examples", "default", "enum", "const"};
    return std::ranges::any_of(kKeys, [&](const char* key) { return node.contains(key); });
}

bool is_known(const json& root, const json& parameter) {
    if (has_value(parameter)) return true;
    const json* schema = object_in(parameter, "schema");
    if (!schema) return false;
    const auto target = resolved(root, *schema);
    return has_value(*schema) || (target && has_value(**target));
}

Result<Parameter> read_parameter(const json& root, const json& node) {
    const auto found = resolved(root, node);
    if (!found) return std::unexpected(found.error());
    Parameter parameter;
    parameter.node = *found;
    parameter.name = text_in(**found, "name");
    const std::string in = text_in(**found, "in");
    constexpr std::array kPlaces = {Place::path, Place::query, Place::header, Place::cookie};
    const auto place = std::ranges::find(kPlaces, in, name_of);
    if (parameter.name.empty() || place == kPlaces.end())
        return invalid("a parameter needs a `name`, and `in`: path, query, header or cookie");
    parameter.place = *place;
    parameter.required = parameter.place == Place::path || flag_in(**found, "required");
    parameter.known = is_known(root, **found);
    return parameter;
}

// Those of the path count for each of its operations, which may have a better one.
void read_parameters(const json& root, const json& node, Operation& operation) {
    const auto list = node.find("parameters");
    if (list == node.end() || !list->is_array()) return;
    for (const json& each : *list) {
        auto parameter = read_parameter(root, each);
        if (!parameter) {
            operation.problem = "its parameters: " + parameter.error().message;
            return;
        }
        const auto known = std::ranges::find_if(operation.parameters, [&](const Parameter& other) {
            return other.name == parameter->name && other.place == parameter->place;
        });
        if (known == operation.parameters.end())
            operation.parameters.push_back(std::move(*parameter));
        else
            *known = std::move(*parameter);
    }
}

// "id" of "/items/{id}", where the document says no more about it.
void add_undescribed(Operation& operation) {
    static const json kNothing = json::object();
    std::string_view rest = operation.path;
    for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
        rest.remove_prefix(open + 1);
        const std::string name(rest.substr(0, rest.find('}')));
        const bool described =
            std::ranges::any_of(operation.parameters, [&](const Parameter& parameter) {
                return parameter.place == Place::path && parameter.name == name;
            });
        if (!described && !name.empty())
            operation.parameters.push_back({name, Place::path, true, false, &kNothing});
    }
}

void read_path(const json& root, const std::string& path, const json& node,
               std::vector<Operation>& operations) {
    const auto item = resolved(root, node);
    if (!item) return;
    for (const auto& [key, method] : kMethods) {
        const json* found = object_in(**item, key);
        if (!found) continue;
        Operation operation;
        operation.method = method;
        operation.path = path;
        operation.id = text_in(*found, "operationId");
        operation.deprecated = flag_in(*found, "deprecated");
        operation.node = found;
        read_parameters(root, **item, operation);
        read_parameters(root, *found, operation);
        add_undescribed(operation);
        operations.push_back(std::move(operation));
    }
}

Result<std::string> check_version(const json& root) {
    if (!root.is_object()) return invalid("the OpenAPI document is no object");
    const std::string version = text_in(root, "openapi");
    if (version.starts_with("3.")) return version;
    const std::string found = root.contains("swagger")   ? "Swagger 2.0"
                              : root.contains("openapi") ? fmt::format("openapi: {}", version)
                                                         : "no `openapi` key";
    return invalid(
        fmt::format("the OpenAPI document must be of version 3.0 or 3.1, and this has {}", found));
}

}  // namespace

std::string_view name_of(Place place) {
    switch (place) {
        case Place::path:
            return "path";
        case Place::query:
            return "query";
        case Place::header:
            return "header";
        case Place::cookie:
            return "cookie";
    }
    return "";
}

Result<Document> parse_document(std::string_view text) {
    auto parsed = parse_text(text);
    if (!parsed) return std::unexpected(parsed.error());
    Document document;
    document.root = std::make_shared<const json>(std::move(*parsed));
    const json& root = *document.root;
    auto version = check_version(root);
    if (!version) return std::unexpected(version.error());
    document.version = std::move(*version);
    const json* paths = object_in(root, "paths");
    if (!paths) return invalid("the OpenAPI document has no `paths`");
    if (const json* info = object_in(root, "info")) document.title = text_in(*info, "title");
    document.base_path = base_path_of(root);
    for (const auto& [path, node] : paths->items()) {
        if (path.starts_with('/')) read_path(root, path, node, document.operations);
        if (document.operations.size() > Document::kMostOperations)
            return fail(Error::Kind::too_large,
                        "the OpenAPI document has more than 20000 operations");
    }
    return document;
}

bool is_document(std::string_view body) {
    // Cheap for whatever else a server says there.
    if (body.find("\"openapi\"") == std::string_view::npos) return false;
    if (body.size() > Document::kMostBytes) return false;
    const json root = json::parse(body, nullptr, false);
    return root.is_object() && root.contains("openapi") && root.contains("paths");
}

}  // namespace mettle::protocols::openapi
