#include "mettle/cli/load_options.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/arrivals_option.hpp"
#include "mettle/cli/flags.hpp"
#include "mettle/cli/load_messages.hpp"
#include "mettle/cli/openai_tasks.hpp"
#include "mettle/cli/result_files.hpp"
#include "mettle/cli/scenario_options.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/host/cpus.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mettle::cli {

namespace {

constexpr double kMostRate = 10e6;
constexpr int kMostUsers = 1'000'000;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// A Flags::Take that parses into `target`.
template <typename T, typename Parse>
Flags::Take into(T& target, Parse parse) {
    return [&target, parse](const std::string& text) -> Result<void> {
        auto value = parse(text);
        if (!value) return std::unexpected(value.error());
        target = std::move(*value);
        return {};
    };
}

template <typename T, typename Parse>
Flags::Take add_to(std::vector<T>& list, Parse parse) {
    return [&list, parse](const std::string& text) -> Result<void> {
        auto value = parse(text);
        if (!value) return std::unexpected(value.error());
        list.push_back(std::move(*value));
        return {};
    };
}

auto whole_number(std::int64_t least, std::int64_t most) {
    return [least, most](const std::string& text) -> Result<std::int64_t> {
        const auto number = parse_number(text);
        const bool whole = number && *number >= static_cast<double>(least) &&
                           *number <= static_cast<double>(most) &&
                           *number == static_cast<double>(static_cast<std::int64_t>(*number));
        if (!whole)
            return invalid(
                fmt::format("'{}' is not a whole number from {} to {}", text, least, most));
        return static_cast<std::int64_t>(*number);
    };
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

bool is_token(std::string_view text) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char character) {
        return std::isalnum(static_cast<unsigned char>(character)) ||
               kOthers.find(character) != std::string_view::npos;
    });
}

Result<std::pair<std::string, std::string>> parse_header(const std::string& text) {
    const auto colon = text.find(':');
    const std::string name = text.substr(0, colon);
    if (colon == std::string::npos || !is_token(name) ||
        text.find_first_of("\r\n\0", 0, 3) != std::string::npos)
        return invalid(fmt::format("'{}' is no header: write 'Name: value'", text));
    const auto begin = text.find_first_not_of(" \t", colon + 1);
    return std::pair{name, begin == std::string::npos ? "" : text.substr(begin)};
}

Result<std::string> parse_method(const std::string& text) {
    if (!is_token(text)) return invalid(fmt::format("'{}' is no HTTP method", text));
    return text;
}

Result<std::string> read_body(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf())))
        return invalid(fmt::format("{} cannot be read", path));
    return text.str();
}

Result<protocols::TargetUrl> parse_host(const std::string& text) {
    const auto header = parse_header(text);
    if (header && !text.contains("://") && text.contains(": "))
        return invalid(fmt::format("'{}' looks like a header: use --header", text));
    return protocols::parse_target_url(text);
}

Result<std::string> parse_output(const std::string& text) {
    if (const auto checked = check_output(text); !checked) return std::unexpected(checked.error());
    return text;
}

template <typename T>
Flags::Take number_into(std::optional<T>& target, std::int64_t least, std::int64_t most) {
    return [&target, parse = whole_number(least, most)](const std::string& text) -> Result<void> {
        const auto value = parse(text);
        if (!value) return std::unexpected(value.error());
        target = static_cast<T>(*value);
        return {};
    };
}

void add_load_flags(Flags& flags, LoadOptions& options) {
    const char* group = "How much";
    flags
        .add("-u,--users", number_into(options.users, 1, kMostUsers),
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
        .add("-i,--iterations", number_into(options.iterations, 1, INT64_C(1) << 52),
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

void add_payload_flags(Flags& flags, LoadOptions& options) {
    const char* group = "What to send";
    flags.app()
        .add_option("--model", options.model,
                    "the model, where there are several or none are listed")
        ->group(group);
    add_tensor_flags(flags, options.payloads);
    add_payload_trial_flags(flags, options.payloads);
    add_generation_flags(flags, options.generation);
    flags.app()
        .add_option("--requests", options.requests_file,
                    "JSON lines of method, url, headers and body, from FILE, in turn, "
                    "or - (standard input), each once, as a program writes them")
        ->group(group);
    flags.app()
        .add_flag("--binary", options.binary, "V2: tensors as bytes instead of JSON")
        ->group(group);
    flags.app()
        .add_flag("--columnar", options.columnar, "TF Serving: {\"inputs\"} instead of instances")
        ->group(group);
    flags.app()
        .add_option("--signature-name", options.signature_name,
                    "TF Serving: the signature, if not serving_default")
        ->group(group);
    add_openapi_flags(flags, options.openapi);
    flags
        .add("--method", into(options.method, parse_method), "plain HTTP: GET, POST, ...",
             "GET, with --body POST")
        ->group(group);
    flags.add("--body", into(options.body, read_body), "plain HTTP: file with the body")
        ->group(group);
    flags
        .add_list("--header", add_to(options.headers, parse_header),
                  "'Name: value' of every request; repeatable")
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
        .add("--max-connections", number_into(options.max_connections, 1, 1'000'000),
             "open connections; more requests wait", "10000, or what the system allows")
        ->group(group);
    flags.add("--workers", number_into(options.workers, 1, 1024), "threads that send", "by load")
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

// Flags of Locust that are not offered get a sentence of their own.
void answer_locust_flags(Flags& flags, int argc, char** argv) {
    for (int index = 1; index < argc; ++index) {
        const std::string_view argument = argv[index];
        if (!argument.starts_with("-")) continue;
        std::string_view name = argument.substr(argument.find_first_not_of('-') == std::string::npos
                                                    ? argument.size()
                                                    : argument.find_first_not_of('-'));
        name = name.substr(0, name.find('='));
        if (flags.app().get_option_no_throw(std::string(name.size() > 1 ? "--" : "-") +
                                            std::string(name)))
            continue;
        if (const std::string answer = answer_to_locust_flag(name); !answer.empty())
            throw StartupError(
                fmt::format("{}: {}", argument.substr(0, argument.find('=')), answer));
    }
}

void refuse(bool contradiction, const std::string& sentence) {
    if (contradiction) throw StartupError(sentence);
}

// Who says which operations, or gives the document, has said what the target is.
void check_openapi(LoadOptions& options, bool plain) {
    const auto forced = options.target.forced;
    const bool asked = forced == protocols::Protocol::openapi || about_openapi(options.openapi);
    if (!asked) return;
    refuse(plain,
           "--method and --body say all that is sent, and --only, --all, --openapi, "
           "--invalid-share or openapi+ that an OpenAPI document says it: give one of them");
    refuse(forced && forced != protocols::Protocol::openapi,
           "--only, --all, --openapi and --invalid-share are about an OpenAPI document, and the "
           "target was said to be something else");
    options.target.forced = protocols::Protocol::openapi;
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

// Which protocol the flags are about, where they are about one.
void check_protocol_flags(LoadOptions& options) {
    using protocols::Protocol;
    auto& forced = options.target.forced;
    const bool recorded = options.recording && !options.recording->requests.empty();
    const bool sweeps = sweeps_bodies(options.payloads);
    refuse(sweeps && (options.body || recorded || !options.payloads.inputs.data.empty() ||
                      !options.requests_file.empty()),
           "--sweep body=... makes the bodies, and --body, --data, --requests and recordings give "
           "them: give one of them");
    const bool plain = !options.method.empty() || options.body || recorded || sweeps;
    check_openapi(options, plain || !options.requests_file.empty());
    const bool torchserve = forced == Protocol::torchserve;
    if (!options.requests_file.empty()) {
        refuse(plain || about_tensors(options.payloads) || options.binary ||
                   !options.model.empty() || !options.payloads.inputs.data.empty(),
               "--requests says all that is sent: leave out --method, --body, --data and what is "
               "for models");
        refuse(forced && forced != Protocol::plain, "--requests is for plain HTTP");
        forced = Protocol::plain;
        return;
    }
    refuse(plain && forced && forced != Protocol::plain && !torchserve,
           fmt::format("--method, --body and recorded requests are for plain HTTP, and the target "
                       "was said to be {}",
                       forced ? shown_name_of(*forced) : ""));
    // Who says what to send does not want to be asked what stands there.
    if (plain && !torchserve) forced = Protocol::plain;
    const bool tensors = about_tensors(options.payloads) || options.binary;
    refuse(
        (tensors || !options.model.empty()) && forced == Protocol::plain,
        "--model, --batch, --shape, --values, --sweep, --canaries and --binary are for V2 and TF "
        "Serving, and this is plain HTTP");
    refuse(
        tensors && torchserve,
        "--batch, --shape, --values, --sweep, --canaries and --binary are for V2 and TF Serving, "
        "and this is TorchServe");
    refuse(
        (tensors || !options.model.empty()) && forced == Protocol::openapi,
        "--model, --batch, --shape, --values, --sweep, --canaries and --binary are for V2 and TF "
        "Serving, and this is OpenAPI");
    refuse(options.binary && forced == Protocol::tfs, "--binary is for V2, and this is TF Serving");
    refuse(
        (options.columnar || !options.signature_name.empty()) && forced && forced != Protocol::tfs,
        "--columnar and --signature-name are for TF Serving");
}

// --stages are rates where anything else says that the load is open.
void settle_stages(const Flags& flags, LoadOptions& options) {
    if (!options.stages || !(options.rate || flags.given("--arrivals"))) return;
    refuse(options.recording != nullptr,
           "--arrivals says when each request comes, and so does --stages: give one of them");
    refuse(options.law.has_bursts(),
           "bursts have a rate of their own, and so have --stages: give one of them");
    // The text has been read once: what can be wrong with it has been said.
    options.rate_stages = *load::parse_stages(options.stages_text, "rps", options.rate.value_or(0));
    options.stages.reset();
    options.rate.reset();
    const Duration length = options.rate_stages->length();
    refuse(load::RateCurve::stages(*options.rate_stages).area_until(1e-9 * length.count()) <= 0,
           "--stages: the rate is 0 all the time, so that nothing would be sent");
}

void check_load(const Flags& flags, LoadOptions& options) {
    settle_stages(flags, options);
    refuse(options.users && options.is_open(),
           "-u makes a closed load and --rate an open one: give one of them");
    for (const char* flag : {"--spawn-rate", "--wait", "--reset-stats"}) {
        refuse(options.is_open() && flags.given(flag),
               fmt::format("{} is about users, and --rate sends without: give one of them", flag));
    }
    refuse(options.stages && (options.users || flags.given("--spawn-rate")),
           "--stages says how many users there are, and so do -u and -r: give one of them");
    refuse(!options.is_open() && flags.given("--arrivals"),
           "--arrivals is about --rate: give that too, or --stages");
    refuse(options.recording && options.rate,
           "the file of --arrivals says when requests come, and so does --rate: give one of them "
           "(with ',speed=2' behind its name it is played twice as fast)");
    const double highest = highest_rate(options);
    refuse(options.max_rate && highest > *options.max_rate,
           fmt::format("--rate {} is above --max-rate {}", highest, options.max_rate.value_or(0)));
}

void check_recording(const LoadOptions& options) {
    const auto& recording = options.recording;
    if (!recording || recording->requests.empty()) return;
    refuse(options.body.has_value(), "--body and the payloads of --arrivals: give one of them");
    const bool log = !recording->requests.front().target.empty();
    refuse(log && !options.method.empty(), "--method: the methods are those of the log");
    refuse(log && options.target.url.target != "/",
           "the paths are those of the log: give the target without one");
}

void check(const Flags& flags, LoadOptions& options) {
    check_load(flags, options);
    refuse(flags.given("--processes") && flags.given("--workers"),
           "--workers and --processes are two names for one thing: give one of them");
    refuse(options.csv_full_history && options.csv.empty(),
           "--csv-full-history is about --csv: give that too");
    check_recording(options);
    check_protocol_flags(options);
    const auto& sweep = options.payloads.sweep;
    refuse(options.payloads.inputs.batch_given && !sweep.empty() && sweep.front().batch,
           "--batch and --sweep both say how many rows: give one of them");
    if (!options.payloads.reproduce.empty()) {
        // What made it makes it again.
        const PayloadId id = *parse_payload_id(options.payloads.reproduce);
        options.seed = id.seed;
        if (options.payloads.count)
            options.payloads.count = std::max(*options.payloads.count, id.index + 1);
    }
    const bool has_body =
        options.body || !options.payloads.inputs.data.empty() || sweeps_bodies(options.payloads);
    const bool recorded = options.recording && !options.recording->requests.empty();
    if (options.method.empty()) options.method = has_body || recorded ? "POST" : "GET";
    options.openapi.data = options.payloads.inputs.data;  // One flag for both.
    const std::vector<int> allowed = host::allowed_cpus();
    for (const int cpu : options.cpus) {
        refuse(std::ranges::find(allowed, cpu) == allowed.end(),
               fmt::format("--cpus: this process may not use CPU {}; it may use {}", cpu,
                           host::format_cpus(allowed)));
    }
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

void check_no_users(const Flags& flags) {
    for (const char* flag : {"--tags", "--exclude-tags", "--user-classes", "--check"}) {
        refuse(flags.given(flag),
               fmt::format("{} is about a scenario: give that with -f FILE.yaml", flag));
    }
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
