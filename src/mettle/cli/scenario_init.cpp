#include "mettle/cli/scenario_init.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/load_setup.hpp"
#include "mettle/cli/openapi_tasks.hpp"
#include "mettle/payload/data_file.hpp"
#include "mettle/scenario/imported_request.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace mettle::cli {

namespace {

using scenario::ImportedRequest;

constexpr std::size_t kMostHarBytes = std::size_t{256} << 20;

template <typename T>
T value_or_throw(Result<T> result, std::string_view what) {
    if (!result) throw StartupError(fmt::format("{}: {}", what, result.error().message));
    return std::move(*result);
}

protocols::Target target_of_document(const LoadOptions& options) {
    protocols::Target target;
    target.protocol = protocols::Protocol::openapi;
    target.url = options.target.url;
    target.api = value_or_throw(read_document(options.from_openapi), "--from-openapi");
    return target;
}

// What a load without a scenario would send: one request of each task.
std::string scenario_of_target(const LoadOptions& options) {
    const bool of_document = !options.from_openapi.empty();
    const LoadRequests found =
        make_requests(options, of_document ? target_of_document(options) : ask_target(options));
    std::vector<ImportedRequest> requests;
    for (const protocols::Task& task : found.tasks) {
        const http::ClientRequest& first = task.requests.front().request;
        ImportedRequest request;
        request.name = task.name.starts_with('/') ? "" : task.name;
        request.method = first.method;
        request.url = found.target.url.origin() + first.target;
        request.headers = first.headers;
        request.body = first.body;
        request.weight = task.weight;
        requests.push_back(std::move(request));
    }
    if (requests.empty())
        throw StartupError(fmt::format("--init: nothing is known that could be sent to {}",
                                       found.target.url.to_string()));
    scenario::WriteOptions how;
    how.comments = {of_document
                        ? fmt::format("From the OpenAPI document {}.", options.from_openapi)
                        : fmt::format("For {}, which speaks {}.", found.target.url.to_string(),
                                      protocols::name_of(found.target.protocol)),
                    "mettle load FILE.yaml --check says whether it is right."};
    for (const std::string& note : found.notes) how.comments.push_back(note);
    return scenario::write_scenario(requests, how);
}

std::string scenario_of_curl(const LoadOptions& options) {
    const auto request = value_or_throw(scenario::parse_curl(options.from_curl), "--from-curl");
    return scenario::write_scenario({request}, {{"From a command of curl."}, false});
}

std::string scenario_of_har(const LoadOptions& options) {
    const auto text =
        value_or_throw(payload::read_whole_file(options.from_har, kMostHarBytes), "--from-har");
    const auto har = value_or_throw(scenario::parse_har(text), options.from_har);
    scenario::WriteOptions how;
    how.one_task = true;
    how.comments = {fmt::format("From the recording {}.", options.from_har)};
    if (har.left_out > 0)
        how.comments.push_back(fmt::format("{} request{} to other hosts left out.", har.left_out,
                                           har.left_out == 1 ? "" : "s"));
    return scenario::write_scenario(har.requests, how);
}

}  // namespace

int write_new_scenario(const LoadOptions& options) {
    std::string text;
    if (!options.from_curl.empty())
        text = scenario_of_curl(options);
    else if (!options.from_har.empty())
        text = scenario_of_har(options);
    else
        text = scenario_of_target(options);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
}

}  // namespace mettle::cli
