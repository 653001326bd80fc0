#include "mettle/cli/compare_flags.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/base/units.hpp"
#include "mettle/cli/flags.hpp"
#include "mettle/cli/result_files.hpp"
#include "mettle/prove/launch.hpp"

#include <fmt/format.h>

#include <memory>

namespace mettle::cli {
namespace {

constexpr Duration kRunTime = std::chrono::seconds(2);

std::unexpected<Error> refuse(std::string what) {
    return fail(Error::Kind::invalid_input, std::move(what));
}

void require(bool holds, const std::string& sentence) {
    if (!holds) throw StartupError(sentence);
}

Result<void> take_threshold(CompareFlags& given, const std::string& text) {
    const auto share = parse_share(text);
    if (!share) return std::unexpected(share.error());
    if (*share < 0.001) return refuse("write 0.1% or more");
    given.ab.threshold = *share;
    return {};
}

Result<void> take_runs(CompareFlags& given, const std::string& text) {
    const auto number = parse_number(text);
    if (!number || *number < 1 || *number > 1000 || *number != static_cast<int>(*number))
        return refuse(fmt::format("'{}' is not a whole number from 1 to 1000", text));
    given.ab.pairs = static_cast<int>(*number);
    return {};
}

Result<void> take_duration(Duration& target, const std::string& text) {
    const auto duration = parse_duration(text);
    if (!duration) return std::unexpected(duration.error());
    target = *duration;
    return {};
}

void add_sides(Flags& flags, CompareFlags& given) {
    const char* group = "What to compare";
    flags.app()
        .add_option("BASELINE", given.baseline,
                    "results that -o FILE.json of load or prove wrote, or kept runs: ids or @TAG")
        ->group(group);
    flags.app().add_option("--new", given.changed, "results of the changed version")->group(group);
    flags.app()
        .add_option("--ab", given.urls, "two services, to be measured now in pairs of runs")
        ->expected(2)
        ->type_name("URL_A URL_B")
        ->group(group);
    flags.app()
        .add_option("--ab-cmd", given.commands,
                    "two commands that start a service on 127.0.0.1:{port}; each is started anew "
                    "for each run, on cores of its own")
        ->expected(2)
        ->type_name("'CMD_A' 'CMD_B'")
        ->group(group);
    flags.app()
        .add_option("--url", given.command_url, "where a command of --ab-cmd is to be asked")
        ->capture_default_str()
        ->group(group);
    flags.app()
        .add_flag("--turns", given.ab.by_turns,
                  "load A and B of a pair one after the other instead of at the same moment, where "
                  "each needs the whole machine")
        ->group(group);
}

void add_judging(Flags& flags, CompareFlags& given, std::string& inconclusive) {
    const char* group = "Judging";
    flags
        .add(
            "--threshold",
            [&given](const std::string& text) { return take_threshold(given, text); },
            "the smallest change that counts; twice that for p99, memory and cold start", "5%")
        ->group(group);
    flags
        .add(
            "--runs", [&given](const std::string& text) { return take_runs(given, text); },
            "pairs of runs, at most", "as many as the budget holds, up to 45")
        ->group(group);
    flags
        .add(
            "--budget",
            [&given](const std::string& text) {
                return take_duration(given.ab.budget.emplace(), text);
            },
            "time for all of --ab", "4m; with --runs none")
        ->group(group);
    flags
        .add(
            "--warmup",
            [&given](const std::string& text) { return take_duration(given.ab.warmup, text); },
            "sent before each run and not counted", "500ms")
        ->group(group);
    flags.app()
        .add_option("--inconclusive", inconclusive,
                    "fail (exit code 3) or pass (exit code 0) when the runs do not decide")
        ->check(CLI::IsMember({"fail", "pass"}))
        ->capture_default_str()
        ->group(group);
    flags.app()
        .add_flag("--force", given.ab.force,
                  "compare runs of unlike hosts, loads or payloads, and INVALID ones, all the same")
        ->group(group);
}

void check(const Flags& flags, const CompareFlags& given, const std::string& requests_file) {
    require(given.urls.empty() || given.commands.empty(),
            "--ab and --ab-cmd both say what is measured: give one of them");
    if (given.measures()) {
        require(given.baseline.empty() && given.changed.empty(),
                "--ab measures now, and BASELINE and --new are stored results: give one of them");
        require(!flags.given("--url") || !given.commands.empty(), "--url is about --ab-cmd");
        require(requests_file != "-",
                "--requests -: what a program writes comes once, and each run sends anew; write it "
                "into a file");
        require(!flags.given("--reproduce"),
                "--reproduce sends one payload once: mettle load does that");
        for (const std::string& command : given.commands)
            require(prove::takes_port(command),
                    fmt::format("'{}' does not say where {{port}} goes, so it cannot be told where "
                                "to listen",
                                command));
        require(given.command_url.contains("{port}"), "--url has no {port}");
        return;
    }
    require(!given.baseline.empty() && !given.changed.empty(),
            "what is to be compared? BASELINE.json ... --new NEW.json ..., or --ab URL_A URL_B, or "
            "--ab-cmd 'CMD_A' 'CMD_B'");
    for (const char* flag : {"--runs", "--budget", "--turns", "--rate", "--users", "--run-time"})
        require(!flags.given(flag),
                fmt::format("{} is about runs that are measured now: give --ab or --ab-cmd", flag));
}

}  // namespace

std::optional<ParsedCompare> parse_compare_flags(int argc, char** argv) {
    CompareFlags given;
    std::string inconclusive = "fail";
    auto load = std::make_shared<LoadFlagValues>();
    auto flags = std::make_shared<Flags>(
        "compare",
        "Did it get slower? Measures two versions side by side, or holds stored results of a "
        "baseline\nagainst new ones. A run is a unit.\n\n"
        "  mettle compare --ab http://127.0.0.1:8000 http://127.0.0.1:8001 --rate 200\n"
        "  mettle compare --ab-cmd './old serve m.onnx --port {port}' './new serve m.onnx --port "
        "{port}'\n"
        "  mettle compare base-*.json --new new-*.json --threshold 5%");
    add_sides(*flags, given);
    add_judging(*flags, given, inconclusive);
    add_sending_flags(*flags, *load);
    flags
        ->add_list(
            "-o,--output",
            [&given](const std::string& text) -> Result<void> {
                if (const auto checked = check_output(text, kVerdictForms); !checked)
                    return std::unexpected(checked.error());
                given.outputs.push_back(text);
                return {};
            },
            "write the result: .json, .html, .md or .xml (JUnit); repeatable")
        ->group("Results");
    add_history_flags(*flags, given.history);
    if (!flags->parse(argc, argv)) return {};
    given.inconclusive_passes = inconclusive == "pass";
    check(*flags, given, load->options.requests_file);
    given.ab.seed = load->options.seed;
    return ParsedCompare{std::move(given), [flags, load](const std::string& url) {
                             LoadFlagValues values = *load;
                             values.words = {url};
                             LoadOptions options = settle_load(*flags, std::move(values));
                             const bool long_enough = options.stages || options.rate_stages ||
                                                      options.run_time != Duration::max();
                             if (!long_enough) options.run_time = kRunTime;
                             return options;
                         }};
}

}  // namespace mettle::cli
