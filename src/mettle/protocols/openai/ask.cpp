#include "mettle/protocols/openai/ask.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace mettle::protocols::openai {

namespace {

using nlohmann::json;

constexpr std::string_view kEndpoints[] = {"chat/completions", "completions", "embeddings"};
constexpr std::size_t kMostListed = 20;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

bool is(const json& object, const char* key, const char* value) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() && *found == value;
}

Result<std::string> choose_model(Questions& questions, const std::vector<std::string>& models) {
    if (std::string model = questions.wanted_model(); !model.empty()) return model;
    if (models.size() == 1) return models[0];
    if (models.empty())
        return invalid(fmt::format("{} does not list its models: name one with --model NAME",
                                   questions.target().url.origin()));
    const std::vector<std::string> some(
        models.begin(),
        models.begin() + static_cast<std::ptrdiff_t>(std::min(models.size(), kMostListed)));
    return invalid(fmt::format("{} has {} models: choose one with --model NAME ({}{})",
                               questions.target().url.origin(), models.size(),
                               fmt::join(some, ", "), models.size() > kMostListed ? ", ..." : ""));
}

}  // namespace

Result<std::vector<std::string>> parse_models(std::string_view body) {
    const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object() || !is(object, "object", "list") || !object.contains("data") ||
        !object["data"].is_array())
        return fail(Error::Kind::protocol_violation, "no list of models as OpenAI's API gives it");
    std::vector<std::string> names;
    for (const json& item : object["data"]) {
        if (!item.is_object() || !is(item, "object", "model") || !item.contains("id") ||
            !item["id"].is_string())
            return fail(Error::Kind::protocol_violation, "its list of models has other things");
        names.push_back(item["id"].get<std::string>());
    }
    return names;
}

bool take_path(TargetUrl& target) {
    std::string_view path = target.url.target;
    for (const std::string_view endpoint : kEndpoints) {
        const std::string tail = fmt::format("/v1/{}", endpoint);
        if (!path.ends_with(tail)) continue;
        target.version = endpoint;
        path.remove_suffix(tail.size());
        target.url.target = path.empty() ? "/" : path;
        return true;
    }
    if (path.ends_with('/')) path.remove_suffix(1);
    if (path != "/v1" && !path.ends_with("/v1")) return false;
    path.remove_suffix(3);
    target.url.target = path.empty() ? "/" : path;
    return true;
}

std::optional<Result<Target>> ask(Questions& questions) {
    const TargetUrl& url = questions.target();
    const bool forced = url.forced == Protocol::openai;
    const std::string base = (url.url.target == "/" ? "" : url.url.target) + "/v1";
    const auto response = questions.ask("GET", base + "/models");
    if (!response) return std::unexpected(response.error());
    const auto models = parse_models(response->body);
    const bool believed = response->status == 200 && models;
    if (!believed && !forced) return {};
    // Said to be one, and a model named: not every server lists its models.
    if (!believed && questions.wanted_model().empty())
        return invalid(
            fmt::format("{} does not list models as OpenAI's API does (GET {}/models got "
                        "{} {}): name one with --model NAME",
                        url.url.origin(), base, response->status, response->reason));
    auto model = choose_model(questions, models.value_or(std::vector<std::string>()));
    if (!model) return std::unexpected(model.error());
    Target target;
    target.protocol = Protocol::openai;
    target.url = url.url;
    target.version = url.version.empty() ? "chat/completions" : url.version;
    target.url.target = fmt::format("{}/{}", base, target.version);
    target.models = models.value_or(std::vector<std::string>());
    target.model.name = std::move(*model);
    return target;
}

}  // namespace mettle::protocols::openai
