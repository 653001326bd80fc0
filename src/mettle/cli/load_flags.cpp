#include "mettle/cli/load_flags.hpp"

#include "mettle/cli/arrivals_option.hpp"
#include "mettle/cli/flag_values.hpp"
#include "mettle/cli/request_flags.hpp"
#include "mettle/cli/result_files.hpp"
#include "mettle/host/cpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace mettle::cli {

namespace {

constexpr double kMostRate = 10e6;
constexpr int kMostUsers = 1'000'000;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<double> parse_load_rate(const std::string& text) {
    auto rate = parse_rate(text);
    if (rate && *rate > kMostRate)
        return invalid(fmt::format("'{}' is beyond 10 million a second", text));
    return rate;
}

Result<Duration> parse_positive_duration(const std::string& text) {
    auto duration = parse_duration(text);
    if (duration && *duration == Duration::zero()) return invalid("it must be longer than 0");
    return duration;
}

Result<std::string> parse_output(const std::string& text) {
    if (const auto checked = check_output(text); !checked) return std::unexpected(checked.error());
    return text;
}

// JSON, or the name of a file with it.
Flags::Take add_user_settings(std::vector<scenario::UserSettings>& all) {
    return [&all](const std::string& text) -> Result<void> {
        const bool is_file = text.ends_with(".json");
        auto json = is_file ? read_file(text) : Result<std::string>(text);
        if (!json) return std::unexpected(json.error());
        auto settings = scenario::parse_user_settings(*json);
        if (!settings) return invalid((is_file ? text + ": " : "") + settings.error().message);
        std::ranges::move(*settings, std::back_inserter(all));
        return {};
    };
}

}  // namespace

void add_load_flags(Flags& flags, LoadOptions& options) {
    const char* group = "How much";
    flags
        .add("-u,--users", into(options.users, whole_number(1, kMostUsers)),
             "users that send, wait for the answer, and send again (closed load)", "1")
        ->group(group);
    flags
        .add("-r,--spawn-rate", into(options.spawn_rate, parse_load_rate), "users started a second",
             "all at once")
        ->group(group);
    flags
        .add("--wait", into(options.wait, load::parse_wait_time),
             "a user's pause: 1s, 1s..3s, pacing:1s, throughput:2, exp:1s", "0")
        ->group(group);
    flags
        .add("--rate", into(options.rate, parse_load_rate),
             "arrivals a second, whatever the answers do (open load)")
        ->group(group);
    flags
        .add(
            "--arrivals",
            [&options](const std::string& text) -> Result<void> {
                auto arrivals = parse_arrivals_option(text);
                if (!arrivals) return std::unexpected(arrivals.error());
                options.law = arrivals->law;
                options.recording = arrivals->recording;
                options.recording_note = arrivals->note;
                return {};
            },
            "how they are spaced: constant, poisson, gamma:CV, burst:on=1s,off=4s; or from a "
            "file: trace:FILE with moments, log:FILE with an access log to send again",
            "constant")
        ->group(group);
    flags.add("--max-rate", into(options.max_rate, parse_load_rate), "refuse a --rate above this")
        ->group(group);
    flags
        .add("-t,--run-time", into(options.run_time, parse_positive_duration),
             "stop after 30s, 20m, 1h30m", "until Ctrl-C")
        ->group(group);
    flags
        .add("-i,--iterations", into(options.iterations, whole_number(1, INT64_C(1) << 52)),
             "stop after so many requests")
        ->group(group);
    flags
        .add(
            "--stages",
            [&options](const std::string& text) -> Result<void> {
                auto stages = load::parse_stages(text, "users");
                if (!stages) return std::unexpected(stages.error());
                options.stages = std::move(*stages);
                options.stages_text = text;
                return {};
            },
            "users, with --rate or --arrivals arrivals a second, over time: '10s:50,1m:200' ramps "
            "to 50, then to 200; '30s:=20' jumps to 20 and holds")
        ->group(group);
    flags.app()
        .add_flag("--reset-stats", options.reset_stats,
                  "do not count what is sent before all users are there")
        ->group(group);
}

void add_user_flags(Flags& flags, LoadOptions& options) {
    const char* group = "Users";
    flags.app()
        .add_option("-T,--tags", options.tags, "only tasks with one of these tags")
        ->delimiter(',')
        ->group(group);
    flags.app()
        .add_option("-E,--exclude-tags", options.excluded_tags, "no task with one of these tags")
        ->delimiter(',')
        ->group(group);
    flags.app()
        .add_option("--user-classes", options.user_classes, "only these classes of users")
        ->delimiter(',')
        ->group(group);
    flags
        .add_list("--config-users", add_user_settings(options.user_settings),
                  "change a class: '{\"user_class_name\": \"Shopper\", \"weight\": 2}', also a "
                  "list of such, or a FILE.json; of weight, fixed_count and tasks; repeatable")
        ->group(group);
    flags.app()
        .add_flag("--equal-weights", options.equal_weights,
                  "all classes and tasks as often as each other")
        ->group(group);
}

// What would be sent, without sending it.
void add_show_flags(Flags& flags, LoadOptions& options) {
    const char* group = "Scenario";
    flags.app()
        .add_flag("-l,--list", options.list_users,
                  "print the user classes, or the tasks, and do nothing else")
        ->group(group);
    flags.app()
        .add_flag("--show-task-ratio", options.show_task_ratio,
                  "print the share of each class and task and do nothing else")
        ->group(group);
    flags.app()
        .add_flag("--show-task-ratio-json", options.output.task_ratio_json, "the same as JSON")
        ->group(group);
}

void add_scenario_flags(Flags& flags, LoadOptions& options, std::string& scenario) {
    const char* group = "Scenario";
    flags.app()
        .add_option("-f,--scenario,--locustfile", scenario,
                    "YAML file that says what users do; also as a word that ends in .yaml")
        ->group(group);
    flags.app()
        .add_flag("--check", options.check_only, "say whether the file is right and what would run")
        ->group(group);
    flags.app()
        .add_flag("--init", options.init,
                  "print a scenario for the target that stands there, to begin with")
        ->group(group);
    flags.app()
        .add_option("--from-curl", options.from_curl,
                    "print a scenario of this command of curl, as browsers copy it")
        ->group(group);
    flags.app()
        .add_option("--from-har", options.from_har,
                    "print a scenario of this recording of a browser (HAR)")
        ->group(group);
    flags.app()
        .add_option("--from-openapi", options.from_openapi,
                    "print a scenario of this OpenAPI document; with --only and --all as a load")
        ->group(group);
}

void add_manner_flags(Flags& flags, LoadOptions& options) {
    const char* group = "How";
    flags
        .add("--timeout", into(options.timeout, parse_positive_duration),
             "a request without a whole answer by then has failed", "60s")
        ->group(group);
    flags
        .add("-s,--stop-timeout", into(options.stop_timeout, parse_duration),
             "what is open at the end gets this long", "as --timeout")
        ->group(group);
    flags
        .add("--max-connections", into(options.max_connections, whole_number(1, 1'000'000)),
             "open connections; more requests wait", "10000, or what the system allows")
        ->group(group);
    flags
        .add("--workers", into(options.workers, whole_number(1, 1024)), "threads that send",
             "by load")
        ->group(group);
    flags
        .add(
            "--processes",
            [&options](const std::string& text) -> Result<void> {
                const auto count = whole_number(-1, 1024)(text);
                if (!count || *count == 0) return invalid("write a number from 1 on, or -1");
                options.workers = *count < 0 ? host::usable_cores() : static_cast<int>(*count);
                return {};
            },
            "Locust's name for --workers; -1 for one a core")
        ->group(group);
    flags.add("--cpus", into(options.cpus, host::parse_cpus), "CPUs for the workers, as 2-3,7")
        ->group(group);
    flags.app().add_flag("--insecure", options.insecure, "take any certificate")->group(group);
    add_connection_flags(flags, options.connection);
    flags.app()
        .add_option("--seed", options.seed, "of arrivals, waits and values")
        ->capture_default_str()
        ->group(group);
    flags.app()
        .add_flag("--headless", options.headless, "start at once, without a web page")
        ->group(group);
}

void add_result_flags(Flags& flags, LoadOptions& options) {
    const char* group = "Results";
    const auto expression = [](const std::string& text) {
        return results::parse_expression(text, results::OwnMetrics::taken);
    };
    const auto lasting = [](const std::string& text) {
        return results::parse_lasting_expression(text, results::OwnMetrics::taken);
    };
    flags
        .add_list("-o,--output", add_to(options.outputs, parse_output),
                  "write the result: .json, .html, .xml (JUnit), .md, .hlog or .hgrm; repeatable")
        ->group(group);
    flags
        .add_list("--html",
                  add_to(options.outputs,
                         [](const std::string& text) -> Result<std::string> {
                             const std::string path =
                                 text.ends_with(".html") ? text : text + ".html";
                             return parse_output(path);
                         }),
                  "write the report page")
        ->group(group);
    flags.app()
        .add_option("--csv", options.csv, "write Locust's four CSV files with this prefix")
        ->group(group);
    flags.app()
        .add_flag("--csv-full-history", options.csv_full_history,
                  "a row for each task in the history, too")
        ->group(group);
    flags.app()
        .add_flag("--json", options.json, "print Locust's statistics as JSON at the end")
        ->group(group);
    flags.app()
        .add_option("--json-file", options.json_file, "write them to this name + .json")
        ->group(group);
    flags
        .add_list("--fail-if", add_to(options.fail_if, expression),
                  "exit code 1 when true, as 'p99>50ms' or 'error_rate>1%'; repeatable",
                  "any failed request")
        ->group(group);
    flags
        .add_list(
            "--abort-if", add_to(options.abort_if, lasting),
            "end the run when true of its last seconds, as 'error_rate>50% for 10s'; repeatable")
        ->group(group);
    flags.app().add_flag("--only-summary", options.only_summary, "no live table")->group(group);
    flags.app()
        .add_option("--exit-code-on-error", options.exit_code_on_error,
                    "exit code of a run that failed")
        ->check(CLI::Range(0, 255))
        ->capture_default_str()
        ->group(group);
}

}  // namespace mettle::cli
