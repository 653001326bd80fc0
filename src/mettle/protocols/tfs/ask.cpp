#include "mettle/protocols/tfs/ask.hpp"

#include "mettle/protocols/tfs/metadata.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::protocols::tfs {

namespace {

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

bool ready(const std::vector<ModelVersion>& versions) {
    return std::ranges::any_of(versions,
                               [](const auto& each) { return each.state == "AVAILABLE"; });
}

Result<Target> read_metadata(Questions& questions, const std::string& model) {
    const TargetUrl& url = questions.target();
    const std::string path = model_path(model, url.version) + "/metadata";
    const auto response = questions.ask("GET", path);
    if (!response) return std::unexpected(response.error());
    if (response->status != 200)
        return invalid(fmt::format("{} has no metadata of the model '{}': GET {} got {} {}",
                                   url.url.origin(), model, path, response->status,
                                   std::string_view(response->body).substr(0, 200)));
    auto metadata = parse_metadata(response->body, questions.options().signature_name);
    if (!metadata) return std::unexpected(metadata.error());
    Target target;
    target.protocol = Protocol::tfs;
    target.url = url.url;
    target.url.target = "/";
    target.version = url.version;
    target.model.name = model;
    target.model.versions = {metadata->version};
    target.model.signature = std::move(metadata->signature);
    target.signature_name = std::move(metadata->signature_name);
    return target;
}

}  // namespace

bool take_path(TargetUrl& target) {
    constexpr std::string_view kModels = "/v1/models/";
    std::string_view path = target.url.target;
    if (!path.starts_with(kModels) || path.size() == kModels.size()) return false;
    path.remove_prefix(kModels.size());
    path = path.substr(0, path.rfind(':'));
    if (path.ends_with("/metadata")) path.remove_suffix(9);
    const auto slash = path.find('/');
    target.model = path.substr(0, slash);
    if (slash != std::string_view::npos) {
        path.remove_prefix(slash + 1);
        constexpr std::string_view kVersions = "versions/";
        target.version = path.starts_with(kVersions) ? path.substr(kVersions.size()) : path;
    }
    target.url.target = "/";
    return !target.model.empty();
}

std::optional<Result<Target>> ask(Questions& questions) {
    const std::string model = questions.wanted_model();
    const bool forced = questions.target().forced == Protocol::tfs;
    const std::string origin = questions.target().url.origin();
    if (model.empty()) {
        if (!forced) return {};
        return invalid(
            fmt::format("TF Serving does not list its models: name one with --model NAME, "
                        "or as {}/v1/models/NAME",
                        origin));
    }
    const std::string path = model_path(model, questions.target().version);
    const auto response = questions.ask("GET", path);
    if (!response) return std::unexpected(response.error());
    const auto versions = parse_status(response->body);
    if (response->status != 200 || !versions) {
        if (!forced) return {};
        return invalid(
            fmt::format("{} does not speak TF Serving, or has no model '{}': GET {} got "
                        "{} {}",
                        origin, model, path, response->status,
                        std::string_view(response->body).substr(0, 200)));
    }
    if (!ready(*versions))
        return fail(Error::Kind::unavailable,
                    fmt::format("the model '{}' is not available: its version {} is in state {}",
                                model, versions->front().version, versions->front().state));
    return read_metadata(questions, model);
}

}  // namespace mettle::protocols::tfs
