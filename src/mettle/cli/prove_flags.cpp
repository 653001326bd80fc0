#include "mettle/cli/prove_flags.hpp"

#include "mettle/cli/flag_values.hpp"
#include "mettle/cli/monitor_options.hpp"
#include "mettle/cli/openapi_tasks.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/prove/stage_kinds.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mettle::cli {
namespace {

std::unexpected<Error> refuse(std::string what) {
    return fail(Error::Kind::invalid_input, std::move(what));
}

Result<std::int64_t> parse_batch(const std::string& text) {
    std::int64_t rows = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rows);
    if (error != std::errc() || end != text.data() + text.size() || rows < 1 || rows > 1'000'000)
        return refuse(fmt::format("'{}' is no number of rows: 1 to 1000000", text));
    return rows;
}

Result<std::pair<std::string, std::string>> parse_header(const std::string& line) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0 || line.find_first_of("\r\n") != line.npos)
        return refuse(fmt::format("'{}' is no header: write 'Name: value'", line));
    const auto value = line.find_first_not_of(' ', colon + 1);
    return std::pair(line.substr(0, colon), value == line.npos ? "" : line.substr(value));
}

Result<std::string> read_body(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) return refuse(path + " cannot be read");
    return std::move(text).str();
}

// Found out before two minutes of work, not after. Leaves no file behind.
Result<std::string> parse_output(const std::string& path) {
    const std::string extension = std::filesystem::path(path).extension();
    if (extension != ".json" && extension != ".html" && extension != ".md" && extension != ".xml")
        return refuse(fmt::format("{} ends neither in .json nor in .html, .md or .xml", path));
    std::error_code error;
    const auto folder = std::filesystem::absolute(path).parent_path();
    std::filesystem::create_directories(folder, error);
    const std::string trial = (folder / ".mettle-trial").string();
    const bool writable = static_cast<bool>(std::ofstream(trial));
    std::filesystem::remove(trial, error);
    if (!writable || std::filesystem::is_directory(path, error))
        return refuse(fmt::format("{} cannot be written", path));
    return path;
}

Result<std::string> as_it_is(const std::string& text) {
    return text;
}

void add_judging(Flags& flags, ProveFlags& given) {
    const char* group = "Judging";
    prove::ProveOptions& options = given.options;
    flags
        .add_list("--slo", add_to(options.slo, as_it_is),
                  "what must hold, as 'p99<20ms'; repeatable",
                  "error_rate<0.1% and p99 < max(50 ms, 5 × unloaded p99)")
        ->group(group);
    flags
        .add("--expect", into(options.expect_rps, parse_rate),
             "the rate that the service must carry, as 500rps; without it the capacity is "
             "reported, not judged")
        ->group(group);
    flags
        .add("--production", into(options.production, prove::production_at),
             "YAML file with the cores, memory, network and limits of production; what differs "
             "here is listed as a caveat")
        ->group(group);
    flags.app()
        .add_option("--profile", options.profile,
                    "quick, default or strict, or a YAML file with thresholds of your own")
        ->capture_default_str()
        ->group(group);
    flags
        .add("--budget", into(options.budget, parse_duration), "time for all stages",
             "45s, 2m or 10m by profile")
        ->group(group);
    flags.app()
        .add_option("--stages-only", options.stages_only, "only these of " + prove::stage_names())
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group);
    flags
        .add("--start-limit", into(options.start_limit, parse_duration),
             "the longest that a start may take, from exec to the first right answer", "30s")
        ->group(group);
    flags
        .add("--soak", into(options.soak, parse_duration),
             "watch for this long at a steady rate whether memory, descriptors, threads or latency "
             "grow; without it the steady stage's time is looked at")
        ->group(group);
    flags
        .add("--max-rate", into(options.max_rate, parse_rate), "never send more than this",
             "1000rps when the target is not on loopback")
        ->group(group);
    flags.app()
        .add_flag("--allow-overload", options.allow_overload,
                  "send more than it can carry to a target that is not on loopback, too")
        ->group(group);
    flags.app()
        .add_option("--seed", options.seed, "of arrivals and made inputs")
        ->capture_default_str()
        ->group(group);
    flags.app()
        .add_flag("--plan", given.plan_only, "print the stages and their time, and do nothing")
        ->group(group);
    flags.app()
        .add_flag("--init-profile", given.init_profile,
                  "print the profile as a YAML file to change, and do nothing")
        ->group(group);
}

void add_sending(Flags& flags, prove::SendOptions& send) {
    const char* group = "What to send";
    flags.app()
        .add_option("--model", send.model, "the model, when the target has several")
        ->group(group);
    flags.add("-b,--batch", into(send.batch, parse_batch), "V2: rows in a request", "1")
        ->group(group);
    flags
        .add_list("--shape", add_to(send.shapes, as_it_is),
                  "V2: shape of an input with free dimensions, as INPUT:1,3,224,224; repeatable")
        ->group(group);
    flags.app()
        .add_flag("--binary", send.binary, "V2: tensors as bytes instead of JSON")
        ->group(group);
    flags.app()
        .add_option("--method", send.method, "plain HTTP: GET, POST, ...; GET, with --body POST")
        ->group(group);
    flags.add("--body", into(send.body, read_body), "plain HTTP: file with the body")->group(group);
    flags
        .add_list("--header", add_to(send.headers, parse_header),
                  "'Name: value' of every request; repeatable")
        ->group(group);
    flags.app().add_flag("--insecure", send.insecure, "take any certificate")->group(group);
}

}  // namespace

std::optional<ProveFlags> parse_prove_flags(int argc, char** argv) {
    ProveFlags given;
    Flags flags("prove",
                "Finds out whether a service is ready: cold start, correctness under load, a "
                "steady run, capacity at an SLO. Ends in a verdict and an exit code.");
    flags.app().add_option("TARGET", given.options.target,
                           "a URL, or a model (file or folder) that prove serves itself");
    flags.app()
        .add_option("--cmd", given.options.command,
                    "start the target with this, as 'uvicorn app:app --port {port} --workers "
                    "{workers}'; TARGET, if given, is then its URL")
        ->group("Target");
    add_judging(flags, given);
    add_sending(flags, given.options.send);
    flags
        .add_list("-o,--output", add_to(given.outputs, parse_output),
                  "write the result: .json, .html, .md or .xml (JUnit); repeatable")
        ->group("Results");
    flags.app()
        .add_option("--artefacts", given.options.artefacts,
                    "keep the raw result of each run in this folder, as 003-capacity.json")
        ->group("Results");
    add_history_flags(flags, given.history);
    OpenApiOptions openapi;
    add_operation_flags(flags, openapi);
    MonitorOptions watching;
    add_monitor_flags(flags, watching);
    if (!flags.parse(argc, argv)) return {};
    if (const auto checked = check(watching); !checked) throw_startup(checked.error());
    if (watching.off)
        given.options.watch.reset();
    else
        given.options.watch = prove::WatchOptions{watching.target, std::move(watching.scrape)};
    given.options.send.only = std::move(openapi.only);
    given.options.send.api = std::move(openapi.document);
    given.options.send.rows = read_rows(openapi);
    return given;
}

}  // namespace mettle::cli
