#include "mettle/cli/serve.hpp"

#include "mettle/app/app.hpp"
#include "mettle/base/exit_code.hpp"
#include "mettle/base/log.hpp"
#include "mettle/base/version.hpp"
#include "mettle/cli/curl_line.hpp"
#include "mettle/cli/onnx_factory.hpp"
#include "mettle/cli/simulated_models.hpp"
#include "mettle/cli/verbs.hpp"
#include "mettle/host/limits.hpp"
#include "mettle/host/thread_priority.hpp"
#include "mettle/serving/access_log.hpp"
#include "mettle/serving/invocations/routes.hpp"
#include "mettle/serving/ping_route.hpp"
#include "mettle/serving/predict/routes.hpp"
#include "mettle/serving/service_routes.hpp"
#include "mettle/serving/tfs/routes.hpp"
#include "mettle/serving/torchserve/management_routes.hpp"
#include "mettle/serving/torchserve/routes.hpp"
#include "mettle/serving/v2/repository_routes.hpp"
#include "mettle/serving/v2/routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace mettle::cli {

namespace {

constexpr Duration kSlowWindow = std::chrono::minutes(5);

RepositoryKeeper::Options keeper_options(const ServeOptions& options) {
    RepositoryKeeper::Options keeper;
    keeper.library.sources.assign(options.models.begin(), options.models.end());
    keeper.library.name = options.name;
    keeper.library.memory_budget = options.memory_budget;
    keeper.control = options.model_control;
    keeper.poll_interval = options.poll_interval;
    keeper.load_at_start = options.load_models;
    return keeper;
}

std::string batching_of(const ServedModel& model) {
    if (!model.joins_calls() || model.most_rows() == 1) return "each request runs alone";
    return fmt::format("batches of up to {} rows", model.most_rows());
}

void announce(const ServeOptions& options, const ModelRepository& repository, std::uint16_t port) {
    const std::string host =
        options.server.host.contains(':') ? "[" + options.server.host + "]" : options.server.host;
    const std::string url = fmt::format("http://{}:{}", host, port);
    fmt::print("Mettle {} serves on {} with {} I/O thread{}\n\n", version(), url,
               options.server.threads, options.server.threads == 1 ? "" : "s");
    for (const auto& model : repository.all()) {
        const TimeModel& time = model->time_model();
        fmt::print("  {} (version {}): {}\n", model->name(), model->version(),
                   model->signature().to_string());
        fmt::print("      {} lane: {} for one row, {} for each more; {}\n",
                   model->lane() == Lane::inline_on_io ? "inline" : "worker",
                   format_duration(time.predict(1)), format_duration(time.per_row),
                   batching_of(*model));
    }
    if (const auto models = repository.all(); !models.empty())
        fmt::print("\nTry it:\n  {}\n", curl_line(url, *models.front()));
    fmt::print("\nMetrics: {}/metrics   Ready: {}/health/ready   Stop: Ctrl-C\n", url, url);
    std::fflush(stdout);
}

// Before any thread starts, so that only wait_for_signal() takes them.
sigset_t block_stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

// Whether a stop signal came within `limit`.
bool wait_for_signal(const sigset_t& signals, Duration limit) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
    const timespec wait{seconds.count(), (limit - seconds).count()};
    return sigtimedwait(&signals, nullptr, &wait) > 0;
}

// Readiness falls at once, requests are served on for the delay, then what is in flight is
// finished. A second signal cuts the delay short.
void drain(const ServeOptions& options, const sigset_t& signals, http::Server& server,
           Readiness& readiness) {
    readiness.ready = false;
    server.announce_drain();
    const bool delay = options.drain_delay > Duration::zero();
    log::info(delay ? fmt::format("stopping: not ready any more, serving on for {}",
                                  format_duration(options.drain_delay))
                    : "stopping");
    if (delay) wait_for_signal(signals, options.drain_delay);
    const std::size_t cut_off = server.stop(options.drain_timeout);
    if (cut_off > 0)
        log::warning(fmt::format("{} connections did not end within {} and were cut off", cut_off,
                                 format_duration(options.drain_timeout)));
    log::info("stopped");
}

}  // namespace

int serve(const ServeOptions& options) {
    log::set_up(options.log_level, options.log_format);
    const std::uint64_t descriptors = host::raise_descriptor_limit();
    const sigset_t signals = block_stop_signals();
    host::be_prompt();  // All threads that are started from here inherit it.

    ModelRepository repository;
    Readiness readiness;
    readiness.not_ready_status = options.ready_status;
    HttpStats http_stats;
    OnnxFactory factory(options);
    RepositoryKeeper keeper(keeper_options(options), factory, repository);
    keeper.start();
    add_simulated_models(options, repository);

    app::App app;
    add_service_routes(app, repository, readiness, http_stats);
    FlightRecorder recorder(options.debug_slow, kSlowWindow);
    if (options.debug_slow > 0) add_debug_routes(app, recorder);
    const RouteOptions routes{options.debug_slow > 0 ? &recorder : nullptr,
                              options.server.limits.max_body_bytes};
    v2::add_routes(app, repository, readiness, routes);
    v2::add_repository_routes(app, repository, keeper);
    tfs::add_routes(app, repository, routes);
    predict::add_routes(app, repository, routes);
    torchserve::add_routes(app, repository, routes);
    torchserve::add_management_routes(app, repository, keeper);
    invocations::add_routes(app, repository, routes);
    add_ping_route(app, readiness);
    app.on_refusal(
        [&http_stats](int status) { http_stats.refused.add(), http_stats.count(status); });
    app.on_response([&http_stats, access_log = options.access_log](const http::Exchange& exchange) {
        http_stats.count(exchange.response.status);
        if (access_log) log_access(exchange);
    });

    http::Server::Options server_options = options.server;
    const std::uint64_t for_connections = descriptors > 512 ? descriptors - 256 : descriptors / 2;
    server_options.limits.max_connections =
        std::min<std::size_t>(server_options.limits.max_connections, for_connections);
    http::Server server(server_options, app);
    server.start();
    readiness.ready = true;
    announce(options, repository, server.port());
    while (!wait_for_signal(signals, std::chrono::hours(1))) {
    }
    drain(options, signals, server, readiness);
    keeper.stop();
    return static_cast<int>(ExitCode::passed);
}

}  // namespace mettle::cli
