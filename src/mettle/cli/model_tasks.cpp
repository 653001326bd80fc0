#include "mettle/cli/model_tasks.hpp"

#include "mettle/cli/startup_errors.hpp"
#include "mettle/protocols/model_payloads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace mettle::cli {

namespace {

using protocols::v2::Payload;

payload::MakerOptions inputs_of(const LoadOptions& options) {
    payload::MakerOptions inputs = options.payloads.inputs;
    inputs.seed = options.seed;
    return inputs;
}

std::vector<Payload> make_payloads(const LoadOptions& options, const protocols::ModelTask& task,
                                   payload::MakerOptions inputs) {
    auto made =
        value_or_throw(protocols::make_payloads(task, std::move(inputs), options.payloads.count));
    if (made.payloads.size() < made.wanted) {
        fmt::print(stderr, "payloads: {} instead of {}, which fill {}\n", made.payloads.size(),
                   made.wanted, format_size(protocols::kMostPayloadBytes));
    }
    return std::move(made.payloads);
}

// Asks each payload once, alone, and keeps its answer as the right one.
void record_canaries(const LoadOptions& options, const protocols::Target& target,
                     const protocols::ModelTask& task, std::vector<Payload>& payloads) {
    http::Client client(target.url, options.route);
    std::vector<std::string> answers;
    for (Payload& payload : payloads) {
        const auto response =
            value_or_throw(client.send(protocols::model_request(task, payload), options.timeout));
        if (response.status != 200)
            throw StartupError(fmt::format("--canaries: payload {} alone got {} {}", answers.size(),
                                           response.status, response.reason));
        payload.expected = std::make_shared<const payload::Tensors>(
            value_or_throw(task.api->decode(protocols::answer_of(response))));
        answers.push_back(response.body);
    }
    std::ranges::sort(answers);
    const auto same = std::ranges::unique(answers);
    const auto different = answers.size() - same.size();
    fmt::print(stderr, "canaries: {} payloads with {} different answers{}\n", payloads.size(),
               different, different < 2 ? ": a mixed-up answer would not be seen" : "");
}

protocols::Task make_task(const LoadOptions& options, const protocols::Target& target,
                          const std::string& name, payload::MakerOptions inputs) {
    const protocols::TensorForm form{options.binary, options.columnar};
    protocols::ModelTask task{protocols::make_model_api(target, form), target.model.signature,
                              options.headers, name};
    task.seed = options.seed;
    auto payloads = make_payloads(options, task, std::move(inputs));
    if (options.payloads.canaries) record_canaries(options, target, task, payloads);
    return protocols::make_model_task(task, payloads);
}

}  // namespace

std::vector<protocols::Task> make_model_tasks(const LoadOptions& options,
                                              const protocols::Target& target) {
    std::vector<protocols::Task> tasks;
    for (const SweepStep& step : options.payloads.sweep) {
        payload::MakerOptions inputs = inputs_of(options);
        if (step.batch) {
            inputs.batch = payload::SizeLaw::fixed(*step.batch);
            inputs.batch_given = true;
        } else {
            inputs.shapes.insert_or_assign(step.input, step.shape);
        }
        tasks.push_back(make_task(options, target,
                                  fmt::format("{} {}", target.model.name, step.label),
                                  std::move(inputs)));
    }
    if (tasks.empty())
        tasks.push_back(make_task(options, target, target.model.name, inputs_of(options)));
    return tasks;
}

}  // namespace mettle::cli
