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
#include "mettle/serving/index_route.hpp"
#include "mettle/serving/openapi/routes.hpp"
#include "mettle/serving/service_routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>

namespace mettle::cli {

namespace {

constexpr Duration kSlowWindow = std::chrono::minutes(5);
constexpr Duration kMetricsStop = std::chrono::seconds(1);

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

std::string url_of(const std::string& host, std::uint16_t port) {
    return fmt::format("http://{}:{}", host.contains(':') ? "[" + host + "]" : host, port);
}

// "http://127.0.0.1:8000 and unix:/run/mettle.sock"
std::string places_of(const http::Server::Options& options, const std::string& url) {
    const std::string& path = options.unix_socket.path;
    if (path.empty()) return url;
    return options.tcp ? fmt::format("{} and unix:{}", url, path) : "unix:" + path;
}

void announce(const ServeOptions& options, const ModelRepository& repository,
              const http::Server& server, const http::Server* metrics) {
    const std::string url =
        options.server.tcp ? url_of(options.server.host, server.port()) : "http://localhost";
    fmt::print("Mettle {} serves on {} with {} I/O thread{}\n\n", version(),
               places_of(options.server, url), options.server.threads,
               options.server.threads == 1 ? "" : "s");
    for (const auto& model : repository.all()) {
        const TimeModel& time = model->time_model();
        fmt::print("  {} (version {}): {}\n", model->name(), model->version(),
                   model->signature().to_string());
        fmt::print("      {} lane: {} for one row, {} for each more; {}\n",
                   model->lane() == Lane::inline_on_io ? "inline" : "worker",
                   format_duration(time.predict(1)), format_duration(time.per_row),
                   batching_of(*model));
    }
    if (const auto models = repository.all();
        !models.empty() && options.server.tcp && options.surface.has("v2"))
        fmt::print("\nTry it:\n  {}\n", curl_line(url, *models.front()));
    const std::string metrics_url = metrics ? url_of(options.server.host, metrics->port()) : url;
    fmt::print("\nAPI: {}/docs   Metrics: {}/metrics   Ready: {}/health/ready   Stop: Ctrl-C\n",
               url, metrics_url, metrics_url);
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

// On the same address; it answers until the models' own has been drained.
std::unique_ptr<http::Server> make_metrics_server(const ServeOptions& options,
                                                  http::Handler& handler) {
    if (!options.surface.metrics_port) return nullptr;
    http::Server::Options server;
    server.host = options.server.host;
    server.port = *options.surface.metrics_port;
    server.limits.max_body_bytes = 0;
    server.limits.max_connections = 64;
    return std::make_unique<http::Server>(server, handler);
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
    const SurfaceOptions& surface = options.surface;
    const bool metrics_here = !surface.metrics_port;
    add_index_route(app, repository, {surface.has("v2"), surface.has("predict"), metrics_here});
    add_health_routes(app, readiness);
    if (metrics_here) add_metrics_route(app, repository, readiness, http_stats);
    openapi::add_routes(
        app, repository,
        {surface.has("predict"), surface.has("v2"), surface.has("tfs"), metrics_here});
    FlightRecorder recorder(options.debug_slow, kSlowWindow);
    if (options.debug_slow > 0) add_debug_routes(app, recorder);
    const RouteOptions routes{options.debug_slow > 0 ? &recorder : nullptr,
                              options.server.limits.max_body_bytes};
    add_protocols(app, surface.protocols, {repository, readiness, keeper, routes});
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
    http::BehindProxy door(app, surface.proxy);
    http::Server server(server_options, door);
    app::App metrics_app;
    const auto metrics_server = make_metrics_server(options, metrics_app);
    if (metrics_server) {
        add_health_routes(metrics_app, readiness);
        add_metrics_route(metrics_app, repository, readiness, http_stats);
        metrics_server->start();
    }
    server.start();
    readiness.ready = true;
    announce(options, repository, server, metrics_server.get());
    while (!wait_for_signal(signals, std::chrono::hours(1))) {
    }
    drain(options, signals, server, readiness);
    if (metrics_server) metrics_server->stop(kMetricsStop);
    keeper.stop();
    return static_cast<int>(ExitCode::passed);
}

}  // namespace mettle::cli
