#include "mettle/base/exit_code.hpp"
#include "mettle/cli/flags.hpp"
#include "mettle/cli/serve.hpp"
#include "mettle/cli/verbs.hpp"
#include "mettle/host/cpus.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>

namespace mettle::cli {

namespace {

template <typename T, typename Parse>
Flags::Take take(T& target, Parse parse) {
    return [&target, parse](const std::string& text) -> Result<void> {
        const auto value = parse(text);
        if (!value) return std::unexpected(value.error());
        target = static_cast<T>(*value);
        return {};
    };
}

Flags::Take take_optional(std::optional<Duration>& target) {
    return [&target](const std::string& text) -> Result<void> {
        const auto value = parse_duration(text);
        if (!value) return std::unexpected(value.error());
        target = *value;
        return {};
    };
}

// "p99<20ms", with or without spaces and `=`.
Result<Duration> parse_slo(std::string_view text) {
    std::string plain(text);
    std::erase(plain, ' ');
    const std::string_view rest = plain;
    const auto wrong =
        fail(Error::Kind::invalid_input, fmt::format("'{}' is not of the form 'p99<20ms'", text));
    if (!rest.starts_with("p99<")) return wrong;
    const auto limit = parse_duration(rest.substr(rest.starts_with("p99<=") ? 5 : 4));
    if (!limit || *limit <= Duration::zero()) return wrong;
    return *limit;
}

Flags::Take take_library(ServeOptions& options) {
    return [&options](const std::string& text) -> Result<void> {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
            return fail(Error::Kind::invalid_input,
                        fmt::format("'{}' is not of the form NAME=PATH", text));
        options.provider_libraries.emplace_back(text.substr(0, equals), text.substr(equals + 1));
        return {};
    };
}

void add_flags(Flags& all, ServeOptions& options, std::string& lane, std::string& control,
               std::string& cache, std::string& level, std::string& format) {
    CLI::App& flags = all.app();
    CLI::Option* models = flags.add_option(
        "MODEL", options.models, "a model.onnx, a model's folder, or a repository of such folders");
    flags
        .add_option("--simulate", options.simulated,
                    "a model that only takes time, as NAME=LAW[,SETTING...] says; repeatable: "
                    "fraud=lognormal(p50=8ms,p99=40ms),batch=0.3,fail=0.1%")
        ->allow_extra_args(false)
        ->group("Model");
    flags.callback([models, &options] {
        if (models->empty() && options.simulated.empty()) throw CLI::RequiredError("MODEL");
    });
    flags.add_option("--name", options.name, "serve the model under this name")->group("Model");
    flags
        .add_option("--lane", lane,
                    "where a model runs: on the I/O thread that read the request, or on a worker")
        ->check(CLI::IsMember({"auto", "inline", "worker"}))
        ->capture_default_str()
        ->group("Model");
    flags.add_option("--workers", options.workers, "worker threads of each model")
        ->check(CLI::Range(1, 256))
        ->capture_default_str()
        ->group("Model");
    flags
        .add_option("--intra-op-threads", options.intra_op_threads, "threads that one run may use")
        ->check(CLI::Range(1, 256))
        ->capture_default_str()
        ->group("Model");
    all.add("--ep", take(options.providers, parse_providers),
            "what runs the models: execution providers, first choice first, as in "
            "'cuda(device_id=0),cpu'; what is not there is passed over with a warning, and where "
            "cpu is not in the list it takes nothing",
            "cpu")
        ->group("Model");
    all.add_list("--ep-library", take_library(options),
                 "library of a plug-in execution provider, as NAME=PATH; repeatable")
        ->group("Model");
    flags
        .add_option("--custom-ops", options.custom_ops,
                    "library of operators that the models' graphs use; repeatable")
        ->allow_extra_args(false)
        ->group("Model");
    flags
        .add_option("--max-batch-rows", options.max_batch_rows,
                    "rows of several requests that are run together at most; 1: each alone "
                    "(default: as many as still make a row cheaper)")
        ->check(CLI::Range(1, 65'536))
        ->group("Model");
    flags
        .add_option("--max-queue", options.max_queue,
                    "requests that wait for a worker; more are refused with 503")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str()
        ->group("Model");
    flags
        .add_option("--model-control", control,
                    "what is loaded: none: all that is there at the start; poll: what is there, "
                    "looked at again and again; explicit: what V2's load requests ask for")
        ->check(CLI::IsMember({"none", "poll", "explicit"}))
        ->capture_default_str()
        ->group("Repository");
    all.add("--poll-interval", take(options.poll_interval, parse_duration),
            "with --model-control poll, the time between two looks", "15s")
        ->group("Repository");
    flags
        .add_option("--load-model", options.load_models,
                    "with --model-control explicit, a model to load at the start; '*': all")
        ->group("Repository");
    all.add("--memory-budget", take(options.memory_budget, parse_size),
            "what all models may take together; the least recently used make room (default: no "
            "limit)",
            "")
        ->group("Repository");
    flags
        .add_option("--model-cache", cache,
                    "folder of optimised graphs, for a faster next start; off: none (default: "
                    "mettle/models in the user's cache)")
        ->group("Repository");
    all.add(
           "--slo",
           [&options](const std::string& text) -> Result<void> {
               const auto slo = parse_slo(text);
               if (!slo) return std::unexpected(slo.error());
               options.slo = *slo;
               return {};
           },
           "what answers have to hold, as 'p99<20ms': bounds batches, waiting and refusals", "none")
        ->group("Model");
    all.add("--queue-target", take_optional(options.queue_target),
            "in an overload, refuse what would wait longer; 0: only a full queue refuses",
            "by the SLO and the model's time")
        ->group("Model");
    flags.add_option("--host", options.server.host, "address to listen on; 0.0.0.0 for all")
        ->capture_default_str()
        ->group("Network");
    flags.add_option("--port", options.server.port, "port; 0 takes any free one")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str()
        ->group("Network");
    add_surface_flags(all, options.surface, options.server);
    flags.add_option("--threads", options.server.threads, "I/O threads")
        ->check(CLI::Range(1, 256))
        ->capture_default_str()
        ->group("Network");
    http::Limits& limits = options.server.limits;
    all.add("--max-body", take(limits.max_body_bytes, parse_size),
            "largest request body; more is refused with 413", "64MiB")
        ->group("Network");
    flags.add_option("--max-connections", limits.max_connections, "open connections; more get 503")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str()
        ->group("Network");
    all.add("--idle-timeout", take(limits.idle_timeout, parse_duration),
            "close a connection without requests", "75s")
        ->group("Network");
    all.add("--head-timeout", take(limits.head_timeout, parse_duration),
            "a request's head has to arrive within", "10s")
        ->group("Network");
    all.add("--body-timeout", take(limits.body_timeout, parse_duration),
            "a request's body has to arrive within", "60s")
        ->group("Network");
    flags
        .add_option("--ready-status", options.ready_status,
                    "status of V2's ready routes when not ready; Triton says 400")
        ->check(CLI::IsMember({400, 503}))
        ->capture_default_str()
        ->group("Network");
    all.add("--drain-delay", take(options.drain_delay, parse_duration),
            "after SIGTERM, serve on for this long while not ready", "0s")
        ->group("Shutdown");
    all.add("--drain-timeout", take(options.drain_timeout, parse_duration),
            "then finish requests in flight within", "30s")
        ->group("Shutdown");
    flags
        .add_option("--debug-slow", options.debug_slow,
                    "keep the slowest N requests of the last five minutes, with their queue and "
                    "batch mates, at GET /debug/slow")
        ->check(CLI::Range(1, 1000))
        ->group("Log");
    flags.add_flag("--access-log", options.access_log, "a log line for each request")->group("Log");
    flags.add_option("--log-format", format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str()
        ->group("Log");
    flags.add_option("--log-level", level, "debug, info, warning or error")
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
        ->capture_default_str()
        ->group("Log");
}

// Nowhere for a user without a home.
std::string default_model_cache() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache && *cache == '/') return std::string(cache) + "/mettle/models";
    const char* home = std::getenv("HOME");
    return home && *home == '/' ? std::string(home) + "/.cache/mettle/models" : std::string();
}

}  // namespace

int serve_main(int argc, char** argv) {
    ServeOptions options;
    options.server.threads = options.workers = host::usable_cores();
    std::string lane = "auto", control = "none", cache, level = "info", format = "text";
    Flags flags(
        "serve",
        "Serves ONNX models over HTTP: KServe V2 (Triton's REST protocol), health and metrics.");
    add_flags(flags, options, lane, control, cache, level, format);
    if (!flags.parse(argc, argv)) return static_cast<int>(ExitCode::passed);
    settle_surface(flags, options.surface, options.server);
    if (lane != "auto") options.lane = lane == "inline" ? Lane::inline_on_io : Lane::worker;
    options.model_control = control == "poll"       ? ModelControl::poll
                            : control == "explicit" ? ModelControl::on_request
                                                    : ModelControl::none;
    options.model_cache = cache == "off" ? "" : cache.empty() ? default_model_cache() : cache;
    if (options.poll_interval < std::chrono::milliseconds(10))
        throw StartupError("--poll-interval is at least 10ms");
    if (!options.load_models.empty() && options.model_control != ModelControl::on_request)
        throw StartupError("--load-model needs --model-control explicit");
    if (format == "json") options.log_format = log::Format::json;
    options.log_level = level == "debug"     ? log::Level::debug
                        : level == "warning" ? log::Level::warning
                        : level == "error"   ? log::Level::error
                                             : log::Level::info;
    return serve(options);
}

}  // namespace mettle::cli
