#include "mettle/protocols/torchserve/ask.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace mettle::protocols::torchserve {

namespace {

using nlohmann::json;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

json parse(std::string_view body) {
    return json::parse(body, nullptr, /*allow_exceptions=*/false);
}

Result<std::string> choose_model(Questions& questions) {
    if (std::string model = questions.wanted_model(); !model.empty()) return model;
    // On its own port in the default configuration, but often the same behind a proxy.
    const auto response = questions.ask("GET", "/models");
    const auto models = response && response->status == 200
                            ? parse_models(response->body).value_or(std::vector<std::string>())
                            : std::vector<std::string>();
    if (models.size() == 1) return models[0];
    const std::string list = models.empty() ? "" : fmt::format(" ({})", fmt::join(models, ", "));
    return invalid(fmt::format("{} speaks TorchServe: name the model with --model NAME{}",
                               questions.target().url.origin(), list));
}

}  // namespace

bool is_ping(std::string_view body) {
    const json object = parse(body);
    if (!object.is_object() || !object.contains("status") || !object["status"].is_string())
        return false;
    const auto status = object["status"].get<std::string>();
    return status == "Healthy" || status == "Partial Healthy" || status == "Unhealthy";
}

bool describes_api(std::string_view body) {
    const json object = parse(body);
    if (!object.is_object() || !object.contains("openapi") || !object.contains("paths") ||
        !object["paths"].is_object())
        return false;
    return object["paths"].contains("/predictions/{model_name}");
}

Result<std::vector<std::string>> parse_models(std::string_view body) {
    const json object = parse(body);
    if (!object.is_object() || !object.contains("models") || !object["models"].is_array())
        return fail(Error::Kind::protocol_violation, "no list of TorchServe's models");
    std::vector<std::string> names;
    for (const json& item : object["models"]) {
        if (item.is_object() && item.contains("modelName") && item["modelName"].is_string())
            names.push_back(item["modelName"].get<std::string>());
    }
    return names;
}

bool take_path(TargetUrl& target) {
    constexpr std::string_view kPredictions = "/predictions/";
    std::string_view path = target.url.target;
    if (!path.starts_with(kPredictions) || path.size() == kPredictions.size()) return false;
    path.remove_prefix(kPredictions.size());
    const auto slash = path.find('/');
    target.model = path.substr(0, slash);
    if (slash != std::string_view::npos) target.version = path.substr(slash + 1);
    target.url.target = "/";
    return !target.model.empty();
}

std::string predictions_path(std::string_view model, std::string_view version) {
    if (version.empty()) return fmt::format("/predictions/{}", model);
    return fmt::format("/predictions/{}/{}", model, version);
}

std::optional<Result<Target>> ask(Questions& questions) {
    const TargetUrl& url = questions.target();
    const auto ping = questions.ask("GET", "/ping");
    if (!ping) return std::unexpected(ping.error());
    bool believed = ping->status < 600 && is_ping(ping->body);
    if (believed && url.forced != Protocol::torchserve) {
        // Many an app says as much to /ping; its own description of itself is asked for, too.
        const auto api = questions.ask("OPTIONS", "/");
        believed = api && api->status == 200 && describes_api(api->body);
    }
    if (!believed) {
        if (url.forced != Protocol::torchserve) return {};
        return invalid(fmt::format("{} does not speak TorchServe: GET /ping got {} {}",
                                   url.url.origin(), ping->status,
                                   std::string_view(ping->body).substr(0, 200)));
    }
    auto model = choose_model(questions);
    if (!model) return std::unexpected(model.error());
    Target target;
    target.protocol = Protocol::torchserve;
    target.url = url.url;
    target.url.target = predictions_path(*model, url.version);
    target.version = url.version;
    target.model.name = std::move(*model);
    return target;
}

}  // namespace mettle::protocols::torchserve
