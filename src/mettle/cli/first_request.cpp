#include "mettle/base/exit_code.hpp"
#include "mettle/cli/load_messages.hpp"
#include "mettle/cli/load_setup.hpp"
#include "mettle/http/client.hpp"

#include <fmt/format.h>

namespace mettle::cli {

namespace {

std::string_view openapi_hint(int status) {
    switch (status) {
        case 401:
        case 403:
            return "give credentials with --header 'Authorization: Bearer ...'";
        case 404:
            return "choose other operations with --only, or give ids that it knows with --data "
                   "FILE";
        case 405:
            return "the document is not that of this service; choose with --only, or write "
                   "plain+http://";
        case 422:
            return "the document does not say all that it checks: give rows that it takes with "
                   "--data FILE, or a body with --method POST --body FILE";
        default:
            return "";
    }
}

std::string_view hint(int status, const LoadOptions& options, bool v2) {
    switch (status) {
        case 401:
        case 403:
            return "give credentials with --bearer, --basic, --api-key or --header 'Name: value'";
        case 404:
            return v2 ? "choose a model with --model" : "give the path in the URL";
        case 405:
            return "choose another method with --method, or send a body with --body FILE";
        case 422:
            return v2 ? "say what the model takes with --shape INPUT:1,2 and --batch"
                      : (options.body ? "the body in --body FILE is not what it takes"
                                      : "send what it takes with --body FILE");
        default:
            return "";
    }
}

// A note on an answer that has the right status and is none.
std::string note(const protocols::TaskRequest& what, const http::ClientResponse& response) {
    if (!what.check || response.status >= 400) return "";
    const auto flaw = what.check->judge(protocols::answer_of(response));
    return flaw ? " (not as documented: " + flaw->detail + ")" : "";
}

// Nobody knows here what users will send.
void check_reachable(const LoadOptions& options, const LoadRequests& requests) {
    http::Client client(requests.target.url, options.route);
    const auto connected = client.connect(options.timeout);
    if (connected) return;
    throw StartupError(fmt::format("{} could not be reached: {}", requests.target.url.origin(),
                                   connected.error().message),
                       ExitCode::unreachable);
}

}  // namespace

void send_first_request(const LoadOptions& options, const LoadRequests& requests) {
    if (requests.tasks.empty()) return check_reachable(options, requests);
    const protocols::TaskRequest& what_is_sent = requests.tasks.front().requests.front();
    const http::ClientRequest& request = what_is_sent.request;
    http::Client client(requests.target.url, options.route);
    const auto response = client.send(request, options.timeout);
    const std::string what = fmt::format("{} {}", request.method, request.target);
    if (!response) {
        throw StartupError(fmt::format("{} gave no answer to {}: {}", requests.target.url.origin(),
                                       what, response.error().message),
                           ExitCode::unreachable);
    }
    say(fmt::format("first request: {} -> {} {} in {}: {}{}", what, response->status,
                    response->reason, format_duration(response->elapsed),
                    shown_body(response->body, kShownInLine), note(what_is_sent, *response)));
    const bool v2 = requests.target.protocol == protocols::Protocol::v2;
    const bool openapi = requests.target.protocol == protocols::Protocol::openapi;
    const std::string_view help =
        openapi ? openapi_hint(response->status) : hint(response->status, options, v2);
    if (help.empty()) return;
    throw StartupError(fmt::format("{} got {} {}, so nothing more was sent: {}\n{}", what,
                                   response->status, response->reason, help,
                                   shown_body(response->body, kShownWhole)));
}

}  // namespace mettle::cli
