#include "mettle/base/exit_code.hpp"
#include "mettle/cli/serve.hpp"
#include "mettle/cli/verbs.hpp"
#include "mettle/host/cpus.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace mettle::cli {

namespace {

// Converts a flag's text with one of the parsers of base/units.
template <typename T, typename Parse>
CLI::Option* add_unit(CLI::App& flags, const std::string& name, T& target, Parse parse,
                      const std::string& help, const std::string& shown) {
    return flags
        .add_option_function<std::string>(
            name,
            [&target, parse, name](const std::string& text) {
                const auto value = parse(text);
                if (!value) throw CLI::ValidationError(name, value.error().message);
                target = static_cast<T>(*value);
            },
            help)
        ->default_str(shown);
}

void add_flags(CLI::App& flags, ServeOptions& options, std::string& lane, std::string& level,
               std::string& format) {
    flags
        .add_option("MODEL", options.models,
                    "a model.onnx, a model's folder, or a repository of such folders")
        ->required();
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
    flags
        .add_option("--max-queue", options.max_queue,
                    "requests that wait for a worker; more are refused with 503")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str()
        ->group("Model");
    flags.add_option("--host", options.server.host, "address to listen on; 0.0.0.0 for all")
        ->capture_default_str()
        ->group("Network");
    flags.add_option("--port", options.server.port, "port; 0 takes any free one")
        ->check(CLI::Range(0, 65535))
        ->capture_default_str()
        ->group("Network");
    flags.add_option("--threads", options.server.threads, "I/O threads")
        ->check(CLI::Range(1, 256))
        ->capture_default_str()
        ->group("Network");
    http::Limits& limits = options.server.limits;
    add_unit(flags, "--max-body", limits.max_body_bytes, parse_size,
             "largest request body; more is refused with 413", "64MiB")
        ->group("Network");
    flags.add_option("--max-connections", limits.max_connections, "open connections; more get 503")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str()
        ->group("Network");
    add_unit(flags, "--idle-timeout", limits.idle_timeout, parse_duration,
             "close a connection without requests", "75s")
        ->group("Network");
    add_unit(flags, "--head-timeout", limits.head_timeout, parse_duration,
             "a request's head has to arrive within", "10s")
        ->group("Network");
    add_unit(flags, "--body-timeout", limits.body_timeout, parse_duration,
             "a request's body has to arrive within", "60s")
        ->group("Network");
    flags
        .add_option("--ready-status", options.ready_status,
                    "status of V2's ready routes when not ready; Triton says 400")
        ->check(CLI::IsMember({400, 503}))
        ->capture_default_str()
        ->group("Network");
    add_unit(flags, "--drain-delay", options.drain_delay, parse_duration,
             "after SIGTERM, serve on for this long while not ready", "0s")
        ->group("Shutdown");
    add_unit(flags, "--drain-timeout", options.drain_timeout, parse_duration,
             "then finish requests in flight within", "30s")
        ->group("Shutdown");
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

}  // namespace

int serve_main(int argc, char** argv) {
    ServeOptions options;
    options.server.threads = options.workers = host::usable_cores();
    std::string lane = "auto", level = "info", format = "text";
    CLI::App flags(
        "Serves ONNX models over HTTP: KServe V2 (Triton's REST protocol), health and metrics.",
        "mettle serve");
    add_flags(flags, options, lane, level, format);
    try {
        flags.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return flags.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
    }
    if (lane != "auto") options.lane = lane == "inline" ? Lane::inline_on_io : Lane::worker;
    if (format == "json") options.log_format = log::Format::json;
    options.log_level = level == "debug"     ? log::Level::debug
                        : level == "warning" ? log::Level::warning
                        : level == "error"   ? log::Level::error
                                             : log::Level::info;
    return serve(options);
}

}  // namespace mettle::cli
