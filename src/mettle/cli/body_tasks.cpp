#include "mettle/cli/body_tasks.hpp"

#include "mettle/cli/startup_errors.hpp"
#include "mettle/http/message.hpp"
#include "mettle/payload/bodies.hpp"
#include "mettle/base/random.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::cli {

namespace {

constexpr std::uint64_t kMostBodies = 10'000;

std::vector<payload::Body> bodies_of(const LoadOptions& options) {
    if (options.payloads.inputs.data.empty()) return {{"", options.body.value_or("")}};
    return value_or_throw(payload::read_bodies(options.payloads.inputs.data,
                                               options.payloads.count.value_or(kMostBodies),
                                               PayloadOptions::kMostBytes));
}

}  // namespace

protocols::Task make_body_task(const LoadOptions& options, const protocols::Target& target) {
    const bool torchserve = target.protocol == protocols::Protocol::torchserve;
    const bool with_data = !options.payloads.inputs.data.empty();
    if (torchserve && !options.body && !with_data)
        throw StartupError(
            "TorchServe does not say what its models take: give it with --body FILE "
            "or --data FOLDER");
    const std::string method = torchserve ? "POST" : options.method;
    protocols::Task task{torchserve ? target.model.name : target.url.target, method, 1, {}};
    for (payload::Body& body : bodies_of(options)) {
        http::ClientRequest request{method, target.url.target, options.headers,
                                    std::move(body.bytes)};
        const bool typed = std::ranges::any_of(request.headers, [](const auto& header) {
            return http::same_name(header.first, "Content-Type");
        });
        if (!typed && !body.content_type.empty())
            request.headers.emplace_back("Content-Type", body.content_type);
        std::string id;
        if (with_data)
            id = protocols::payload_id(task.name, task.requests.size(), options.seed, request.body);
        task.requests.push_back({std::move(request), nullptr, std::move(id)});
    }
    return task;
}

std::vector<protocols::Task> make_sized_tasks(const LoadOptions& options,
                                              const protocols::Target& target) {
    std::vector<protocols::Task> tasks;
    std::uint64_t bytes = 0;
    for (const SweepStep& step : options.payloads.sweep) {
        bytes += *step.body;
        if (bytes > PayloadOptions::kMostBytes)
            throw StartupError("--sweep: these bodies are larger than 256 MiB in all");
        RandomStream random(options.seed);
        std::string body(*step.body, '\0');
        // Letters, so that a service that logs or echoes them does no harm.
        for (char& each : body) each = static_cast<char>('a' + random.below(26));
        http::ClientRequest request{options.method, target.url.target, options.headers,
                                    std::move(body)};
        const std::string name = fmt::format("{} {}", target.url.target, step.label);
        tasks.push_back({name, options.method, 1, {{std::move(request), nullptr}}});
    }
    return tasks;
}

}  // namespace mettle::cli
