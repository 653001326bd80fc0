#include "mettle/cli/body_tasks.hpp"

#include "mettle/base/random.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/protocols/body_task.hpp"
#include "mettle/protocols/model_payloads.hpp"

#include <fmt/format.h>

namespace mettle::cli {

protocols::Task make_body_task(const LoadOptions& options, const protocols::Target& target) {
    const PayloadOptions& payloads = options.payloads;
    return value_or_throw(
        protocols::make_body_task(target, {options.method, options.body, payloads.inputs.data,
                                           payloads.count, options.headers, options.seed}));
}

std::vector<protocols::Task> make_sized_tasks(const LoadOptions& options,
                                              const protocols::Target& target) {
    std::vector<protocols::Task> tasks;
    std::uint64_t bytes = 0;
    for (const SweepStep& step : options.payloads.sweep) {
        bytes += *step.body;
        if (bytes > protocols::kMostPayloadBytes)
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
