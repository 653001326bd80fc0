#pragma once

// What stands behind a TARGET_URL: found by asking, believed only when the answer has the
// protocol's own fields, since there are servers that say 200 to everything.

#include "mettle/http/client.hpp"
#include "mettle/protocols/openapi/document.hpp"
#include "mettle/protocols/v2/metadata.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols {

enum class Protocol { v2, tfs, torchserve, openai, openapi, plain };
std::string_view name_of(Protocol protocol);        // "v2", as a prefix has it
std::string_view shown_name_of(Protocol protocol);  // "V2", "TF Serving"

// "v2+http://host:8000", "plain+http://host/path", or without a prefix. A path may name the model,
// as http://host:8000/v2/models/digits[/versions/1][/infer],
// http://host:8501/v1/models/half:predict or http://host:8080/predictions/resnet.
struct TargetUrl {
    std::optional<Protocol> forced;
    http::Url url;
    std::string model;
    std::string version;  // OpenAI: the endpoint, "chat/completions".
};
Result<TargetUrl> parse_target_url(std::string_view text);

struct TargetOptions {
    std::string model;           // --model; empty: the only one there is.
    std::string signature_name;  // TF Serving; empty: serving_default.
    Duration timeout = std::chrono::seconds(10);
    http::HeaderList headers;  // --header, sent with every question too.
    bool verify_tls = true;    // Where the route says nothing of TLS.
    http::Route route;
    // Whether others than V2 and plain HTTP are asked for. Without, they are refused.
    bool other_protocols = false;
    // A server that is still starting refuses and says 503: ask again until it answers. Zero: once.
    Duration patience = Duration::zero();
    // The user has it in a file: nothing is asked.
    std::shared_ptr<const openapi::Document> api;
};

struct Target {
    Protocol protocol = Protocol::plain;
    http::Url url;              // V2, TF Serving: of the server's root; the others: with the path.
    v2::ServerMetadata server;  // V2.
    std::vector<std::string> models;  // As far as the server tells; may be empty.
    // Of plain HTTP nothing; of TorchServe and OpenAI only the name.
    v2::ModelMetadata model;
    std::string version;         // As asked for; empty: the server's choice.
    std::string signature_name;  // TF Serving.
    // OpenAPI only. The URL then keeps its path, which chooses an operation.
    std::shared_ptr<const openapi::Document> api;
};

// Errors: connection_lost and timed_out are "could not be reached"; the others are the user's to
// put right (no such model, several models and none named: the message lists them).
Result<Target> ask(const TargetUrl& target, const TargetOptions& options);

}  // namespace mettle::protocols
