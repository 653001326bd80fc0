#include "mettle/cli/load_setup.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/arrivals_option.hpp"
#include "mettle/cli/body_tasks.hpp"
#include "mettle/cli/model_tasks.hpp"
#include "mettle/cli/openai_tasks.hpp"
#include "mettle/cli/recorded_requests.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/host/cpus.hpp"
#include "mettle/host/limits.hpp"
#include "mettle/protocols/openapi/program.hpp"
#include "mettle/protocols/stream_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mettle::cli {

namespace {

constexpr double kRatePerWorker = 20'000;

// In all over the time that it takes; a recording of one moment takes a second.
double mean_rate(const load::Recording& recording) {
    const double length_s = std::chrono::duration<double>(recording.moments.back()).count();
    return static_cast<double>(recording.moments.size()) / std::max(length_s, 1.0);
}

double mean_rate(const load::LoadShape& stages) {
    const double length_s = std::chrono::duration<double>(stages.length()).count();
    return load::RateCurve::stages(stages).area_until(length_s) / length_s;
}

load::OpenLoad make_open_load(const LoadOptions& options, const LoadRequests& requests) {
    load::OpenLoad open{options.rate.value_or(0), options.law};
    if (options.rate_stages) {
        open.stages = options.rate_stages;
        open.rate = mean_rate(*options.rate_stages);
    }
    if (options.recording) {
        // Of the recording, which lives as long as what points into it.
        open.trace = {options.recording, &options.recording->moments};
        open.requests = requests.recorded;
        open.rate = mean_rate(*options.recording);
    }
    return open;
}

int default_workers(const LoadOptions& options, const protocols::Target& target) {
    const int cores = host::usable_cores();
    // A target on this machine needs cores, too.
    const int most = std::clamp(target.url.is_loopback() ? cores / 2 : cores, 1, 16);
    const double rate = highest_rate(options);
    const double wanted = options.is_open()
                              ? std::max(1.0, std::ceil(rate / kRatePerWorker))
                              : (options.stages ? std::max(1.0, options.stages->largest())
                                                : static_cast<double>(options.users.value_or(1)));
    return static_cast<int>(std::min<double>(most, wanted));
}

std::shared_ptr<const load::Program> make_learning_program(const LoadOptions& options,
                                                           const LoadRequests& requests,
                                                           protocols::openapi::Lessons lessons) {
    namespace openapi = protocols::openapi;
    protocols::HttpOptions http;
    http.route = options.route;
    http.keep_connections = !options.connection.fresh;
    openapi::ProgramSetup setup;
    setup.tasks = openapi::make_learning_tasks(
        requests.tasks, lessons, requests.target.api->base_path, requests.target.url, http);
    setup.lessons = std::move(lessons);
    setup.wait = options.wait;
    setup.seed = options.seed;
    return openapi::make_program(std::move(setup));
}

std::shared_ptr<const load::Program> make_stream_program(const LoadOptions& options,
                                                         const LoadRequests& requests) {
    protocols::StreamSetup setup{
        options.request_stream, requests.target.url, options.headers, {}, options.wait};
    setup.http.route = options.route;
    setup.http.keep_connections = !options.connection.fresh;
    return protocols::make_stream_program(std::move(setup), requests.names);
}

std::size_t default_connections() {
    const std::uint64_t limit = host::raise_descriptor_limit();
    return std::min<std::size_t>(10'000, limit > 512 ? limit - 256 : 256);
}

}  // namespace

protocols::Target ask_target(const LoadOptions& options) {
    protocols::TargetOptions asking;
    asking.model = options.model;
    asking.signature_name = options.signature_name;
    asking.other_protocols = true;
    asking.timeout = std::min<Duration>(options.timeout, std::chrono::seconds(10));
    asking.headers = options.headers;
    asking.verify_tls = !options.insecure;
    asking.route = options.route;
    asking.api = options.openapi.document;
    auto target = protocols::ask(options.target, asking);
    if (!target && target.error().kind != Error::Kind::invalid_input) {
        target.error().message = fmt::format("{} gave no answer: {}", options.target.url.origin(),
                                             target.error().message);
    }
    return value_or_throw(std::move(target));
}

LoadRequests make_requests(const LoadOptions& options, protocols::Target target) {
    using protocols::Protocol;
    LoadRequests requests;
    requests.target = std::move(target);
    const Protocol protocol = requests.target.protocol;
    const bool tensors = options.binary || about_tensors(options.payloads);
    if (protocol == Protocol::v2 || protocol == Protocol::tfs) {
        requests.tasks = make_model_tasks(options, requests.target);
        return requests;
    }
    if (protocol == Protocol::openapi && !tensors && options.model.empty()) {
        auto made =
            make_openapi_tasks(options.openapi, requests.target, options.headers, options.seed);
        requests.tasks = std::move(made.tasks);
        requests.notes = std::move(made.notes);
        if (!made.lessons.all.empty())
            requests.program = make_learning_program(options, requests, std::move(made.lessons));
        return requests;
    }
    if (tensors) {
        throw StartupError(
            fmt::format("--batch, --shape, --values, --sweep, --canaries and --binary "
                        "are for V2 and TF Serving, and {} speaks {}",
                        requests.target.url.origin(), shown_name_of(protocol)));
    }
    if (options.request_stream) {
        requests.names = std::make_shared<load::Names>();
        requests.program = make_stream_program(options, requests);
        return requests;
    }
    if (!options.request_lines.empty()) {
        requests.tasks = value_or_throw(protocols::make_line_tasks(
            options.request_lines, requests.target.url, options.headers, options.requests_file));
        return requests;
    }
    if (protocol == Protocol::openai) {
        make_openai_requests(options, requests);
        return requests;
    }
    if (!options.model.empty() && protocol != Protocol::torchserve)
        throw StartupError(fmt::format("--model is for model servers, and {} speaks {}",
                                       requests.target.url.origin(), shown_name_of(protocol)));
    if (options.recording && !options.recording->requests.empty()) {
        RecordedTasks made = make_recorded_tasks(options);
        requests.tasks = std::move(made.tasks);
        requests.recorded =
            std::make_shared<const std::vector<load::PlannedRequest>>(std::move(made.requests));
        return requests;
    }
    if (sweeps_bodies(options.payloads))
        requests.tasks = make_sized_tasks(options, requests.target);
    else
        requests.tasks.push_back(make_body_task(options, requests.target));
    return requests;
}

load::LoadPlan make_plan(const LoadOptions& options, const LoadRequests& requests) {
    load::LoadPlan plan;
    for (const protocols::Task& task : requests.tasks)
        plan.tasks.push_back({task.name, task.method, task.weight,
                              static_cast<std::uint32_t>(task.requests.size())});
    plan.program = requests.program;
    plan.names = requests.names;
    if (options.is_open()) {
        plan.open = make_open_load(options, requests);
    } else {
        plan.closed = load::ClosedLoad{options.users.value_or(1), options.spawn_rate, options.wait,
                                       options.stages};
    }
    plan.run_time = options.run_time;
    if (options.stages) {
        plan.closed->users = static_cast<int>(std::lround(options.stages->largest()));
        plan.run_time = std::min(plan.run_time, options.stages->length());
        plan.steps = options.stages->steps();
    }
    if (options.rate_stages) {
        if (options.run_time == Duration::max()) plan.run_time = options.rate_stages->length();
        plan.steps = options.rate_stages->steps();
    }
    plan.iterations = options.iterations;
    plan.timeout = options.timeout;
    plan.stop_timeout = options.stop_timeout.value_or(options.timeout);
    plan.finish_tasks = options.stop_timeout.has_value();
    plan.workers = options.workers.value_or(default_workers(options, requests.target));
    plan.cpus = options.cpus;
    plan.seed = options.seed;
    if (options.reset_stats) {
        const double ramp_s = options.users.value_or(1) / options.spawn_rate;
        plan.warmup = Duration(std::llround(std::min(ramp_s, 1e8) * 1e9));
    }
    return plan;
}

std::unique_ptr<load::TransportFactory> make_transports(const LoadOptions& options,
                                                        const LoadRequests& requests,
                                                        const load::LoadPlan& plan) {
    protocols::HttpOptions http;
    http.max_connections = options.max_connections.value_or(default_connections());
    http.workers = plan.workers;
    http.verify_tls = !options.insecure;
    http.route = options.route;
    http.keep_connections = !options.connection.fresh;
    http.resolve_each = options.connection.resolve_each;
    http.more_origins = requests.more_origins;
    if (options.payloads.canaries) http.check_share = 1;  // Every answer is held against its own.
    return value_or_throw(protocols::make_transports(requests.target.url, requests.tasks, http));
}

}  // namespace mettle::cli
