#pragma once

#include "mettle/base/log.hpp"
#include "mettle/base/units.hpp"
#include "mettle/cli/serve_surface.hpp"
#include "mettle/http/server.hpp"
#include "mettle/inference/provider_choice.hpp"
#include "mettle/inference/repository_keeper.hpp"
#include "mettle/inference/time_model.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mettle::cli {

// What `mettle serve` was asked for.
struct ServeOptions {
    std::vector<std::string> models;     // Files, folders, repositories.
    std::vector<std::string> simulated;  // Models that only take time: NAME=SPEC.
    std::string name;
    http::Server::Options server;
    SurfaceOptions surface;
    int workers = 1;                        // For each model, on the worker lane.
    int intra_op_threads = 1;               // For each run.
    std::vector<ProviderChoice> providers;  // First choice first; empty: the CPU.
    std::vector<std::pair<std::string, std::filesystem::path>> provider_libraries;  // By name.
    std::optional<Lane> lane;  // Nothing: by the model's measured time.
    std::size_t max_queue = 1024;
    std::optional<std::int64_t> max_batch_rows;  // Nothing: by the model's measured time.
    ModelControl model_control = ModelControl::none;
    Duration poll_interval = std::chrono::seconds(15);
    std::vector<std::string> load_models;  // At the start, with ModelControl::on_request.
    std::optional<std::uint64_t> memory_budget;
    std::vector<std::filesystem::path> custom_ops;  // Libraries, for all models.
    std::filesystem::path model_cache;              // Of optimised graphs; empty: none.
    std::optional<Duration> slo;                    // The p99 that answers have to hold.
    std::optional<Duration> queue_target;           // Of waiting, in an overload; zero: no limit.
    bool access_log = false;
    std::size_t debug_slow = 0;  // Requests that /debug/slow keeps; 0: no such route.
    log::Level log_level = log::Level::info;
    log::Format log_format = log::Format::text;
    Duration drain_delay = Duration::zero();
    Duration drain_timeout = std::chrono::seconds(30);
    int ready_status = 503;
};

// Serves until SIGINT or SIGTERM, and drains. Throws StartupError.
int serve(const ServeOptions& options);

}  // namespace mettle::cli
