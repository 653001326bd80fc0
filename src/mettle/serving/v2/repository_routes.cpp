#include "mettle/serving/v2/repository_routes.hpp"

#include "mettle/app/percent.hpp"
#include "mettle/serving/error_answer.hpp"
#include "mettle/serving/on_connection.hpp"
#include "mettle/serving/v2/documents.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mettle::v2 {

namespace {

using app::Context;
using Json = nlohmann::json;

// The body as an object; an empty one has none of its keys.
Result<Json> object_of(std::string_view body) {
    constexpr std::size_t kMost = std::size_t{4} << 20;
    if (body.empty()) return Json::object();
    if (body.size() > kMost)
        return fail(Error::Kind::too_large, "a request about the repository has 4 MiB at most");
    Json json = Json::parse(body, nullptr, false);
    if (json.is_object()) return json;
    return fail(Error::Kind::invalid_input, json.is_discarded()
                                                ? "the request is not JSON"
                                                : "the request is not a JSON object");
}

Result<bool> only_ready(std::string_view body) {
    const auto json = object_of(body);
    if (!json) return std::unexpected(json.error());
    const auto ready = json->find("ready");
    if (ready == json->end()) return false;
    if (!ready->is_boolean()) return fail(Error::Kind::invalid_input, "ready is true or false");
    return ready->get<bool>();
}

// The config that a load request brings, as JSON; empty: none.
Result<std::string> override_of(std::string_view body) {
    const auto json = object_of(body);
    if (!json) return std::unexpected(json.error());
    const auto parameters = json->find("parameters");
    if (parameters == json->end()) return std::string();
    if (!parameters->is_object())
        return fail(Error::Kind::invalid_input, "parameters is an object");
    std::string config;
    for (const auto& [key, value] : parameters->items()) {
        if (key.starts_with("file:"))
            return fail(Error::Kind::unsupported,
                        fmt::format("parameter '{}': model files are read from the repository "
                                    "only",
                                    key.substr(0, 60)));
        if (key != "config")
            return fail(
                Error::Kind::invalid_input,
                fmt::format("parameter '{}' is unknown: there is config", key.substr(0, 60)));
        if (!value.is_string())
            return fail(Error::Kind::invalid_input,
                        "parameters.config is a model's config as JSON, in a string");
        config = value.get<std::string>();
    }
    return config;
}

void answer_with(http::Exchange& exchange, const Result<void>& outcome) {
    if (!outcome) {
        exchange.response.clear();
        answer_error(exchange.response, outcome.error());
    }
    exchange.send();
}

RepositoryKeeper::Done answering(Context& context) {
    return on_connection(context, answer_with);
}

std::string model_of(Context& context) {
    std::string decoded;
    return std::string(app::percent_decoded(context.params[context.params.size() - 1], decoded));
}

void add_index(app::App& app, const ModelRepository& repository) {
    const auto index = [&repository](Context& context) {
        const auto ready = only_ready(context.request().body);
        if (!ready) {
            answer_error(context.response(), ready.error());
        } else {
            context.response().body = repository_index(repository, *ready);
        }
        context.exchange.send();
    };
    app.post("/v2/repository/index", index);
    app.post("/v2/repository/{repository}/index", index);
}

}  // namespace

void add_repository_routes(app::App& app, const ModelRepository& repository,
                           RepositoryKeeper& keeper) {
    add_index(app, repository);
    const auto load = [&keeper](Context& context) {
        auto config = override_of(context.request().body);
        if (!config) return answer_with(context.exchange, std::unexpected(config.error()));
        keeper.load(model_of(context), *std::move(config), answering(context));
    };
    const auto unload = [&keeper](Context& context) {
        if (auto json = object_of(context.request().body); !json)
            return answer_with(context.exchange, std::unexpected(json.error()));
        keeper.unload(model_of(context), answering(context));
    };
    for (const std::string_view prefix : {"/v2/repository", "/v2/repository/{repository}"}) {
        app.post(std::string(prefix) + "/models/{model}/load", load);
        app.post(std::string(prefix) + "/models/{model}/unload", unload);
    }
}

}  // namespace mettle::v2
