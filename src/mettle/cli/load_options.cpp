#include "mettle/cli/load_options.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/arrivals_option.hpp"
#include "mettle/cli/flags.hpp"
#include "mettle/cli/load_checks.hpp"
#include "mettle/cli/load_flags.hpp"
#include "mettle/cli/load_messages.hpp"
#include "mettle/cli/locust_flags.hpp"
#include "mettle/cli/request_flags.hpp"
#include "mettle/cli/scenario_options.hpp"
#include "mettle/cli/startup_errors.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>

namespace mettle::cli {

namespace {

Result<protocols::TargetUrl> parse_host(const std::string& text) {
    const auto header = parse_header(text);
    if (header && !text.contains("://") && text.contains(": "))
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' looks like a header: use --header", text));
    return protocols::parse_target_url(text);
}

// Locust's marks in the name of its report.
std::string filled_in(std::string path, const LoadOptions& options) {
    const auto put = [&](std::string_view mark, const std::string& text) {
        for (auto at = path.find(mark); at != std::string::npos; at = path.find(mark, at))
            path.replace(at, mark.size(), text), at += text.size();
    };
    put("{u}", fmt::format("{}", options.users.value_or(1)));
    put("{r}", options.spawn_rate < 1e9 ? fmt::format("{}", options.spawn_rate) : "all");
    put("{t}", options.run_time == Duration::max()
                   ? "none"
                   : fmt::format("{}", std::chrono::duration<double>(options.run_time).count()));
    return path;
}

// The URL of the first, where it is whole.
std::optional<http::Url> read_requests(LoadOptions& options) {
    if (options.requests_file != "-") {
        options.request_lines =
            value_or_throw(protocols::read_request_lines(options.requests_file));
        return options.request_lines.front().url;
    }
    options.request_stream =
        std::make_shared<protocols::RequestStream>(STDIN_FILENO, "standard input");
    return value_or_throw(options.request_stream->first()).get().url;
}

// The command line wins over the file.
void settle_target(const std::string& word, const std::string& host, const std::string& of_file,
                   bool has_users, LoadOptions& options) {
    refuse(!word.empty() && !host.empty(), "both TARGET_URL and --host: give one of them");
    std::string target = word.empty() ? of_file : word;
    std::string given_host = host;
    if (!options.requests_file.empty()) {
        const auto first = read_requests(options);
        if (target.empty() && host.empty() && first) target = first->origin();
    }
    const bool says = options.only_says() && (options.scenario || has_users);
    const bool free = says || (options.only_writes() && !options.init);
    if (target.empty() && host.empty() && free) target = "http://127.0.0.1";
    refuse(target.empty() && host.empty(),
           options.scenario ? "what is to be loaded? Give a URL, or 'target: URL' in the scenario"
                            : "what is to be loaded? Give a URL: mettle load "
                              "http://127.0.0.1:8000");
    options.connection.in_url = take_credentials(host.empty() ? target : given_host);
    auto url = host.empty() ? protocols::parse_target_url(target) : parse_host(given_host);
    if (!url) throw StartupError(url.error().message);
    options.target = std::move(*url);
    if (options.scenario) options.target.forced = protocols::Protocol::plain;
}

}  // namespace

double highest_rate(const LoadOptions& options) {
    if (options.recording) return peak_rate(*options.recording);
    if (options.rate_stages) return options.rate_stages->largest();
    return options.rate.value_or(0);
}

void add_sending_flags(Flags& flags, LoadFlagValues& values) {
    add_load_flags(flags, values.options);
    add_user_flags(flags, values.options);
    flags.app()
        .add_option("-f,--scenario", values.scenario, "YAML file that says what users do")
        ->group("What to send");
    add_payload_flags(flags, values.options);
    add_manner_flags(flags, values.options);
    // Who is watched, where there are several targets, is found by their ports.
    flags.app()
        .add_flag("--no-monitor", values.options.monitor.off, "do not look at their memory")
        ->group("How");
}

LoadOptions settle_load(const Flags& flags, LoadFlagValues values, bool has_users) {
    LoadOptions& options = values.options;
    LoadWords sorted = sort_words(values.words, values.scenario);
    for (std::string& name : sorted.classes) options.user_classes.push_back(std::move(name));
    std::string of_file;
    if (!sorted.scenario.empty()) of_file = apply_scenario(flags, sorted.scenario, options);
    if (!has_users && !options.scenario) check_no_users(flags);
    settle_target(sorted.target, values.host, of_file, has_users, options);
    check(flags, options);
    if (const auto checked = check(options.monitor); !checked) throw_startup(checked.error());
    for (std::string& path : options.outputs) path = filled_in(path, options);
    options.route = make_route(options.connection, options.insecure);
    add_credentials(options.connection, options.headers);
    return std::move(options);
}

std::optional<LoadOptions> parse_load_options(int argc, char** argv, bool has_users) {
    Flags flags(has_users ? std::filesystem::path(argv[0]).filename().string() : "load",
                "Loads an HTTP service and says what it did: how fast, how often it failed, "
                "and whether the\nmeasurement can be believed.\n\n"
                "  mettle load http://127.0.0.1:8000 -u 16 -t 10s\n"
                "  mettle load http://127.0.0.1:8000 --only 'POST /predict' -u 16 -t 10s\n"
                "  mettle load v2+http://127.0.0.1:8000 --rate 2000 --arrivals poisson -t "
                "30s -o run.json");
    LoadFlagValues values;
    LoadOptions& options = values.options;
    flags.app().add_option(
        "TARGET_URL", values.words,
        "http(s)://host:port[/path]; what it speaks is found by asking, or forced with v2+http://, "
        "tfs+http://, torchserve+http://, openai+http://, openapi+http:// or plain+http://");
    flags.app().add_option("-H,--host", values.host, "Locust's way to give the target");
    add_load_flags(flags, options);
    add_user_flags(flags, options);
    if (!has_users) {
        add_scenario_flags(flags, options, values.scenario);
        add_payload_flags(flags, options);
    }
    add_show_flags(flags, options);
    add_manner_flags(flags, options);
    add_result_flags(flags, options);
    add_history_flags(flags, options.history);
    add_output_flags(flags, options.output);
    add_monitor_flags(flags, options.monitor);
    answer_locust_flags(flags, argc, argv);
    if (!flags.parse(argc, argv)) return {};
    set_up_messages(options.output.log_level, options.output.log_file);
    return settle_load(flags, std::move(values), has_users);
}

}  // namespace mettle::cli
