#include "mettle/cli/reproduce.hpp"

#include "mettle/base/base64.hpp"
#include "mettle/cli/startup_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace mettle::cli {

namespace {

const protocols::TaskRequest& find_request(const LoadOptions& options,
                                           const LoadRequests& requests) {
    const PayloadId id = value_or_throw(parse_payload_id(options.payloads.reproduce));
    const auto task = std::ranges::find(requests.tasks, id.task, &protocols::Task::name);
    if (task == requests.tasks.end() || id.index >= task->requests.size() ||
        task->requests[id.index].id.empty())
        throw StartupError(
            fmt::format("--reproduce: this load has no payload {}", options.payloads.reproduce));
    const protocols::TaskRequest& request = task->requests[id.index];
    const bool digest_given =
        options.payloads.reproduce.rfind('-') != std::string::npos &&
        options.payloads.reproduce.rfind('-') > options.payloads.reproduce.rfind('/');
    if (digest_given && request.id != options.payloads.reproduce) {
        throw StartupError(fmt::format(
            "--reproduce: with these flags it is payload {}, not {}: give the flags of the load "
            "that failed",
            request.id, options.payloads.reproduce));
    }
    return request;
}

bool is_text(std::string_view body) {
    return std::ranges::all_of(body, [](char character) {
        const auto byte = static_cast<unsigned char>(character);
        return byte >= ' ' || byte == '\n' || byte == '\r' || byte == '\t';
    });
}

void print_body(std::string_view body) {
    if (body.empty()) return;
    if (is_text(body))
        fmt::print("\n{}\n", body);
    else
        fmt::print("\n({} bytes, as base64)\n{}\n", body.size(), to_base64(body));
}

void print_request(const protocols::TaskRequest& what) {
    fmt::print("payload {}\n\n{} {}\n", what.id, what.request.method, what.request.target);
    for (const auto& [name, value] : what.request.headers) fmt::print("{}: {}\n", name, value);
    print_body(what.request.body);
}

}  // namespace

int reproduce(const LoadOptions& options, const LoadRequests& requests) {
    const protocols::TaskRequest& what = find_request(options, requests);
    print_request(what);
    std::fflush(stdout);
    http::Client client(requests.target.url, options.route);
    const auto response = value_or_throw(client.send(what.request, options.timeout));
    fmt::print("\n{} {}   in {}\n", response.status, response.reason,
               format_duration(response.elapsed));
    for (const auto& [name, value] : response.headers) fmt::print("{}: {}\n", name, value);
    print_body(response.body);
    std::optional<protocols::Flaw> flaw;
    if (response.status < 400 && what.check)
        flaw = what.check->judge(protocols::answer_of(response));
    const bool right = response.status < 400 && !flaw;
    fmt::print("\nthe answer is {}{}\n", right ? "right" : "wrong",
               flaw ? ": " + flaw->detail : std::string());
    std::fflush(stdout);
    return static_cast<int>(right ? ExitCode::passed : ExitCode::failed);
}

}  // namespace mettle::cli
