#include "mettle/protocols/target.hpp"

#include "mettle/protocols/openai/ask.hpp"
#include "mettle/protocols/openapi/find.hpp"
#include "mettle/protocols/openapi/selection.hpp"
#include "mettle/protocols/questions.hpp"
#include "mettle/protocols/tfs/ask.hpp"
#include "mettle/protocols/torchserve/ask.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace mettle::protocols {

namespace {

struct ProtocolName {
    std::string_view prefix;
    Protocol protocol;
    std::string_view shown;
};
constexpr std::array kProtocols = {ProtocolName{"v2", Protocol::v2, "V2"},
                                   ProtocolName{"tfs", Protocol::tfs, "TF Serving"},
                                   ProtocolName{"torchserve", Protocol::torchserve, "TorchServe"},
                                   ProtocolName{"openai", Protocol::openai, "OpenAI's API"},
                                   ProtocolName{"openapi", Protocol::openapi, "OpenAPI"},
                                   ProtocolName{"plain", Protocol::plain, "plain HTTP"}};

const ProtocolName& entry_of(Protocol protocol) {
    return *std::ranges::find(kProtocols, protocol, &ProtocolName::protocol);
}

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// Takes "/v2/models/NAME[/versions/V][/infer]" apart, and leaves the server's root.
void take_model(TargetUrl& target) {
    constexpr std::string_view kModels = "/v2/models/";
    constexpr std::string_view kVersions = "versions/";
    std::string_view path = target.url.target;
    if (!path.starts_with(kModels)) return;
    path.remove_prefix(kModels.size());
    target.model = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(target.model.size() + 1, path.size()));
    if (path.starts_with(kVersions)) {
        path.remove_prefix(kVersions.size());
        target.version = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(target.version.size() + 1, path.size()));
    }
    target.forced = Protocol::v2;
}

// What a path says of the protocol. Only those that nothing else has are taken for it by
// themselves.
void take_path(TargetUrl& target) {
    const std::optional<Protocol> said = target.forced;
    if (said == Protocol::plain || said == Protocol::openapi) return;
    if (!said || said == Protocol::v2) take_model(target);
    if (target.forced == Protocol::v2) return;
    const std::string& path = target.url.target;
    const bool predict = path.starts_with("/v1/models/") && path.ends_with(":predict");
    if (said == Protocol::tfs || (!said && predict)) {
        if (tfs::take_path(target)) target.forced = Protocol::tfs;
    } else if (said == Protocol::torchserve) {
        torchserve::take_path(target);
    } else if (said == Protocol::openai || path.ends_with("/v1/chat/completions")) {
        if (openai::take_path(target)) target.forced = Protocol::openai;
    }
}

std::string model_path(std::string_view model, std::string_view version) {
    if (version.empty()) return fmt::format("/v2/models/{}", model);
    return fmt::format("/v2/models/{}/versions/{}", model, version);
}

class Questioner {
public:
    Questioner(const TargetUrl& target, const TargetOptions& options)
        : target_(target), options_(options), questions_(target, options) {}

    Result<Target> ask() {
        if (target_.forced == Protocol::plain) return plain();
        if (options_.api) return api_target(options_.api, Protocol::openapi);
        if (target_.forced == Protocol::openapi) return ask_openapi();
        if (target_.forced && target_.forced != Protocol::v2) {
            if (options_.other_protocols) return *ask_one(*target_.forced);
            return invalid(fmt::format("this verb does not speak {}; mettle load does",
                                       shown_name_of(*target_.forced)));
        }
        const auto response = send("GET", "/v2");
        if (!response) return std::unexpected(response.error());
        const auto server = v2::parse_server_metadata(response->body);
        if (response->status == 200 && server) return v2_target(*server);
        if (!target_.forced) return other_target();
        return invalid(
            fmt::format("{} does not speak V2: GET /v2 got {} {}; plain+{} loads it as "
                        "plain HTTP",
                        target_.url.origin(), response->status,
                        server ? response->reason : server.error().message, target_.url.origin()));
    }

private:
    Result<http::ClientResponse> send(std::string method, std::string path) {
        return questions_.ask(std::move(method), std::move(path));
    }

    std::optional<Result<Target>> ask_one(Protocol protocol) {
        if (protocol == Protocol::tfs) return tfs::ask(questions_);
        if (protocol == Protocol::torchserve) return torchserve::ask(questions_);
        return openai::ask(questions_);
    }

    // One without a V2. Who gives a path of his own wants that and nothing else.
    Result<Target> other_target() {
        if (target_.url.target != "/" || !options_.other_protocols) return ask_openapi();
        for (const Protocol protocol : {Protocol::tfs, Protocol::openai, Protocol::torchserve}) {
            auto target = ask_one(protocol);
            // One that is plain may well close its connection at a path that it has not.
            if (target && (*target || target->error().kind == Error::Kind::invalid_input))
                return *target;
        }
        return ask_openapi();
    }

    Result<Target> plain() {
        Target target;
        target.url = target_.url;
        return target;
    }

    // Last: services of other protocols often have such a document, too.
    Result<Target> ask_openapi() {
        std::string tried;
        for (const std::string& path : openapi::document_paths(target_.url.target)) {
            const auto response = send("GET", path);
            if (!response && target_.forced) return std::unexpected(response.error());
            if (!response) break;
            tried += fmt::format("{}GET {} got {} {}", tried.empty() ? "" : ", ", path,
                                 response->status, response->reason);
            if (response->status != 200 || !openapi::is_document(response->body)) continue;
            auto document = openapi::parse_fetched(response->body, path);
            if (document)
                return api_target(std::make_shared<openapi::Document>(std::move(*document)),
                                  target_.forced);
            return invalid(fmt::format("{}{}: {}; plain+{} loads it as plain HTTP",
                                       target_.url.origin(), path, document.error().message,
                                       target_.url.origin()));
        }
        if (!target_.forced) return plain();
        return invalid(
            fmt::format("{} has no OpenAPI document: {}; give it as a file with "
                        "--openapi FILE",
                        target_.url.origin(), tried));
    }

    Result<Target> api_target(std::shared_ptr<const openapi::Document> api,
                              std::optional<Protocol> forced) {
        const std::string& path = target_.url.target;
        const bool unknown = openapi::names_operation(*api, path) && !openapi::has_path(*api, path);
        // A path that the document does not have is not the document's business.
        if (unknown && !forced) return plain();
        Target target;
        target.protocol = Protocol::openapi;
        target.url = target_.url;
        target.api = std::move(api);
        return target;
    }

    Result<Target> v2_target(v2::ServerMetadata server) {
        Target target;
        target.protocol = Protocol::v2;
        target.url = target_.url;
        target.url.target = "/";
        target.server = std::move(server);
        target.version = target_.version;
        target.models = list_models();
        auto name = choose_model(target.models);
        if (!name) return std::unexpected(name.error());
        auto model = read_model(*name, target.models);
        if (!model) return std::unexpected(model.error());
        target.model = std::move(*model);
        return target;
    }

    // Empty where the server does not tell.
    std::vector<std::string> list_models() {
        // MLServer wants a body, and others take one.
        const auto response = questions_.ask("POST", "/v2/repository/index", "{}");
        if (!response || response->status != 200) return {};
        return v2::parse_repository_index(response->body).value_or(std::vector<std::string>{});
    }

    Result<std::string> choose_model(const std::vector<std::string>& models) {
        if (!options_.model.empty()) return options_.model;
        if (!target_.model.empty()) return target_.model;
        if (models.size() == 1) return models[0];
        if (models.empty())
            return invalid(
                fmt::format("{} speaks V2 but does not list its models: name one with "
                            "--model NAME",
                            target_.url.origin()));
        return invalid(fmt::format("{} has several models: choose one with --model NAME ({})",
                                   target_.url.origin(), fmt::join(models, ", ")));
    }

    Result<v2::ModelMetadata> read_model(const std::string& name,
                                         const std::vector<std::string>& models) {
        const auto response = send("GET", model_path(name, target_.version));
        if (!response) return std::unexpected(response.error());
        if (response->status != 200) {
            const std::string others =
                models.empty() ? "" : fmt::format("; it has {}", fmt::join(models, ", "));
            return invalid(fmt::format("{} has no metadata of the model '{}': {} {}{}",
                                       target_.url.origin(), name, response->status,
                                       std::string_view(response->body).substr(0, 200), others));
        }
        auto model = v2::parse_model_metadata(response->body);
        // Triton and others name the model themselves; the path decides what is asked.
        if (model) model->name = name;
        return model;
    }

    const TargetUrl& target_;
    const TargetOptions& options_;
    Questions questions_;
};

}  // namespace

std::string_view name_of(Protocol protocol) {
    return entry_of(protocol).prefix;
}

std::string_view shown_name_of(Protocol protocol) {
    return entry_of(protocol).shown;
}

Result<TargetUrl> parse_target_url(std::string_view text) {
    TargetUrl target;
    std::string_view rest = text;
    const auto plus = rest.find('+');
    if (plus != std::string_view::npos && plus < rest.find("://")) {
        const std::string_view prefix = rest.substr(0, plus);
        const auto found = std::ranges::find(kProtocols, prefix, &ProtocolName::prefix);
        if (found == kProtocols.end()) {
            return invalid(fmt::format(
                "'{}': there is no protocol '{}'; write v2+http://, tfs+http://, "
                "torchserve+http://, openai+http://, openapi+http:// or plain+http://, or no "
                "prefix to have the target asked",
                text, prefix));
        }
        target.forced = found->protocol;
        rest.remove_prefix(plus + 1);
    }
    auto url = http::parse_url(rest);
    if (!url) return std::unexpected(url.error());
    target.url = std::move(*url);
    take_path(target);
    return target;
}

Result<Target> ask(const TargetUrl& target, const TargetOptions& options) {
    return Questioner(target, options).ask();
}

}  // namespace mettle::protocols
