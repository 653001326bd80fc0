#include "mettle/serving/torchserve/api_description.hpp"

#include "mettle/base/version.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mettle::torchserve {

namespace {

using Json = nlohmann::ordered_json;

Json path_parameter(std::string_view name) {
    return {{"in", "path"}, {"name", name}, {"required", true}, {"schema", {{"type", "string"}}}};
}

Json query_parameter(std::string_view name, std::string_view type, std::string_view what) {
    return {{"in", "query"}, {"name", name}, {"description", what}, {"schema", {{"type", type}}}};
}

Json responses(const Json& schema) {
    const Json error = {{"type", "object"},
                        {"required", {"code", "type", "message"}},
                        {"properties",
                         {{"code", {{"type", "integer"}}},
                          {"type", {{"type", "string"}}},
                          {"message", {{"type", "string"}}}}}};
    const auto with = [](std::string_view what, const Json& its_schema) {
        return Json{{"description", what},
                    {"content", {{"application/json", {{"schema", its_schema}}}}}};
    };
    return {{"200", with("OK", schema)}, {"default", with("What was wrong", error)}};
}

Json operation(std::string_view id, std::string_view what, const Json& parameters) {
    return {{"operationId", id},
            {"description", what},
            {"parameters", parameters},
            {"responses", responses(Json::object())}};
}

Json prediction(std::string_view id, std::string_view what, const Json& parameters) {
    const Json any = {{"schema", Json::object()}};
    const Json file = {{"schema",
                        {{"type", "object"},
                         {"properties", {{"data", {{"type", "string"}, {"format", "binary"}}}}}}}};
    Json post = operation(id, what, parameters);
    post["requestBody"] = {{"content",
                            {{"application/json", any},
                             {"application/octet-stream", any},
                             {"multipart/form-data", file}}}};
    return {{"post", std::move(post)}};
}

void add_management(Json& paths) {
    const Json model = Json::array({path_parameter("model_name")});
    const Json versioned =
        Json::array({path_parameter("model_name"), path_parameter("model_version")});
    paths["/models"] = {
        {"get", operation("listModels", "The models that are registered.",
                          Json::array({query_parameter("limit", "integer", "models of a page"),
                                       query_parameter("next_page_token", "string",
                                                       "where the last page ended")}))},
        {"post", operation("registerModel", "Registers a model of the repository.",
                           Json::array({query_parameter("url", "string", "its name there"),
                                        query_parameter("model_name", "string", "the same")}))}};
    paths["/models/{model_name}"] = {
        {"get", operation("describeModel", "The newest version and its workers.", model)},
        {"put", operation("setAutoScale", "Asks for a number of workers.", model)},
        {"delete", operation("unregisterModel", "Unregisters a model.", model)}};
    paths["/models/{model_name}/{model_version}"] = {
        {"get", operation("versionDescribeModel", "A version and its workers.", versioned)}};
    paths["/models/{model_name}/{model_version}/set-default"] = {
        {"put", operation("setDefault", "The version that requests without one get.", versioned)}};
}

std::string document(std::string_view title, const Json& paths) {
    return Json{{"openapi", "3.0.1"},
                {"info", {{"title", title}, {"version", version()}}},
                {"paths", paths}}
               .dump(2) +
           "\n";
}

}  // namespace

std::string describe_api() {
    Json paths;
    paths["/"] = {{"options", operation("apiDescription", "This description.", Json::array())}};
    paths["/ping"] = {{"get", operation("ping", "Whether the server is well.", Json::array())}};
    paths["/predictions/{model_name}"] =
        prediction("predictions", "Asks the newest version of a model.",
                   Json::array({path_parameter("model_name")}));
    paths["/predictions/{model_name}/{model_version}"] =
        prediction("version_predictions", "Asks a version of a model.",
                   Json::array({path_parameter("model_name"), path_parameter("model_version")}));
    add_management(paths);
    return document("TorchServe APIs", paths);
}

std::string describe_model_api(const ServedModel& model) {
    Json paths;
    paths[fmt::format("/predictions/{}", model.name())] = prediction(
        fmt::format("{}_predictions", model.name()), model.signature().to_string(), Json::array());
    return document(fmt::format("RESTful API for: {}", model.name()), paths);
}

}  // namespace mettle::torchserve
