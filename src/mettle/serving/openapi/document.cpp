#include "mettle/serving/openapi/document.hpp"

#include "mettle/base/version.hpp"
#include "mettle/serving/openapi/predict_operation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mettle::openapi {

namespace {

constexpr std::int64_t kMostExampleElements = 65'536;  // In the whole document.
constexpr std::size_t kMostNamed = 1000;

bool is_plain(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_' || byte == '.' || byte == '~';
}

// A path segment that stands for `name`. Braces would be a template.
std::string percent_encoded(std::string_view name) {
    std::string out;
    for (const char character : name) {
        const auto byte = static_cast<unsigned char>(character);
        if (is_plain(byte))
            out += character;
        else
            out += fmt::format("%{:02X}", byte);
    }
    return out;
}

// Names of different models may differ only in what an identifier cannot have.
std::string operation_id(std::string_view name, std::set<std::string>& taken) {
    std::string id = "predict_";
    for (const char character : name) {
        const bool word = is_plain(static_cast<unsigned char>(character)) && character != '-' &&
                          character != '.' && character != '~';
        id += word ? character : '_';
    }
    std::string unique = id;
    for (int number = 2; !taken.insert(unique).second; ++number)
        unique = fmt::format("{}_{}", id, number);
    return unique;
}

struct Route {
    std::string_view method, path, tag, summary, description;
};

constexpr Route kHealth[] = {
    {"get", "/health/live", "health", "The process answers", ""},
    {"get", "/health/ready", "health", "The server wants traffic; 503 while it does not", ""},
};
constexpr Route kMetrics[] = {
    {"get", "/metrics", "health", "Metrics in Prometheus' text format, or OpenMetrics", ""},
};
constexpr Route kV2[] = {
    {"get", "/v2", "v2", "Server metadata", ""},
    {"get", "/v2/health/live", "v2", "The process answers", ""},
    {"get", "/v2/health/ready", "v2", "The server wants traffic", ""},
    {"get", "/v2/models/stats", "v2", "Statistics of all models", ""},
    {"get", "/v2/models/{model}", "v2", "A model's metadata", ""},
    {"get", "/v2/models/{model}/ready", "v2", "A model is served", ""},
    {"get", "/v2/models/{model}/config", "v2", "A model's configuration, as Triton says it", ""},
    {"get", "/v2/models/{model}/stats", "v2", "A model's statistics", ""},
    {"post", "/v2/models/{model}/infer", "v2", "Inference by the KServe V2 protocol",
     "`inputs`, each with `name`, `shape`, `datatype` and `data`; or the binary tensor extension. "
     "All paths of a model are there below `/versions/{version}`, too."},
};
constexpr Route kTfs[] = {
    {"get", "/v1/models/{model}", "tfs", "The status of a model's versions", ""},
    {"get", "/v1/models/{model}/metadata", "tfs", "A model's signature", ""},
    {"post", "/v1/models/{model}:predict", "tfs", "Inference by TF Serving's REST API",
     "`instances` or `inputs`; `:classify` and `:regress` take `examples`."},
};

Json operation_of(const Route& route) {
    Json answers = {{"description", "done"}};
    if (route.path == "/metrics")
        answers["content"] = {{"text/plain", {{"schema", {{"type", "string"}}}}}};
    else
        answers["content"] = {{"application/json", {{"schema", {{"type", "object"}}}}}};
    Json operation = {{"tags", {route.tag}}, {"summary", route.summary}};
    if (!route.description.empty()) operation["description"] = route.description;
    if (route.path.contains("{model}"))
        operation["parameters"] = {{{"name", "model"},
                                    {"in", "path"},
                                    {"required", true},
                                    {"schema", {{"type", "string"}}}}};
    if (route.method == "post")
        operation["requestBody"] = {
            {"required", true},
            {"content", {{"application/json", {{"schema", {{"type", "object"}}}}}}}};
    operation["responses"] = {
        {"200", std::move(answers)},
        {"default",
         {{"description", "an error"},
          {"content", {{"application/json", {{"schema", {{"type", "object"}}}}}}}}}};
    return operation;
}

void add_routes(Json& paths, std::span<const Route> routes) {
    for (const Route& route : routes)
        paths[std::string(route.path)][std::string(route.method)] = operation_of(route);
}

std::string description_of(std::span<const DescribedModel> models) {
    std::string text =
        "Models over HTTP. Inference answers carry `Server-Timing` and `x-request-id`.";
    if (models.size() <= kMostDescribed) return text;
    text += fmt::format(
        "\n\n{} more models are served at `POST /predict/{{model}}` in the same way, and left out "
        "here:",
        models.size() - kMostDescribed);
    const auto last = std::min(models.size(), kMostDescribed + kMostNamed);
    for (std::size_t at = kMostDescribed; at < last; ++at)
        text += fmt::format(" `{}`", models[at].name);
    if (last < models.size()) text += fmt::format(" and {} more", models.size() - last);
    return text;
}

}  // namespace

std::string open_document(std::span<const DescribedModel> models, const DescribedRoutes& routes) {
    Json paths = Json::object();
    std::set<std::string> ids;
    std::int64_t room = kMostExampleElements;
    if (routes.predict)
        for (const DescribedModel& model : models.first(std::min(models.size(), kMostDescribed)))
            paths["/predict/" + percent_encoded(model.name)]["post"] =
                predict_operation(model, operation_id(model.name, ids), room);
    add_routes(paths, kHealth);
    if (routes.metrics) add_routes(paths, kMetrics);
    if (routes.v2) add_routes(paths, kV2);
    if (routes.tfs) add_routes(paths, kTfs);
    const Json document = {
        {"openapi", "3.1.0"},
        {"info",
         {{"title", "Mettle"}, {"version", version()}, {"description", description_of(models)}}},
        {"paths", std::move(paths)},
        {"components", {{"schemas", component_schemas()}, {"responses", component_responses()}}}};
    std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
    text.pop_back();
    return text;
}

}  // namespace mettle::openapi
