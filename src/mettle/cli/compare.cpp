#include "mettle/analysis/compared_runs.hpp"
#include "mettle/base/exit_code.hpp"
#include "mettle/base/units.hpp"
#include "mettle/cli/ab_comparison.hpp"
#include "mettle/cli/compare_flags.hpp"
#include "mettle/cli/result_files.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/cli/stop_signals.hpp"
#include "mettle/cli/verbs.hpp"
#include "mettle/host/cpus.hpp"
#include "mettle/host/sockets.hpp"
#include "mettle/report/compare_summary.hpp"
#include "mettle/report/html_page.hpp"
#include "mettle/results/stored_run.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mettle::cli {
namespace {

using results::Change;
using results::Comparison;
using results::StoredRun;

// Of both sides together: what is one typed by hand, not a folder of a year's runs.
constexpr std::size_t kMostFiles = 1000;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{256} << 20;

StoredRun read(const std::string& path, bool force) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > kMostBytes)
        throw StartupError(fmt::format("{} has more than {}", path, format_size(kMostBytes)));
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (error || !file || !(text << file.rdbuf()))
        throw StartupError(fmt::format("{} cannot be read", path));
    auto run = results::read_stored_run(text.view());
    if (!run) throw StartupError(fmt::format("{}: {}", path, run.error().message));
    if (!run->doubt.empty() && !force)
        throw StartupError(fmt::format("{} is an INVALID run: {}. Leave it out, or give --force",
                                       path, run->doubt));
    return std::move(*run);
}

std::vector<StoredRun> read_all(const std::vector<std::string>& paths, bool force) {
    std::vector<StoredRun> runs;
    for (const std::string& path : paths) runs.push_back(read(path, force));
    return runs;
}

// The sentence for the first of `runs` that is unlike; empty when all are alike.
std::string difference(const StoredRun& first, const std::string& first_path,
                       const std::vector<StoredRun>& runs, const std::vector<std::string>& paths) {
    for (std::size_t index = 0; index < runs.size(); ++index) {
        const auto found = results::differences(first, runs[index]);
        if (!found.empty())
            return fmt::format("{} and {} are unlike: {}", first_path, paths[index],
                               fmt::join(found, "; "));
    }
    return "";
}

std::vector<analysis::RunMetrics> metrics_of(const std::vector<StoredRun>& runs) {
    std::vector<analysis::RunMetrics> metrics;
    for (const StoredRun& run : runs) metrics.push_back(run.metrics);
    return metrics;
}

std::string what(const std::vector<std::string>& paths) {
    return paths.size() == 1 ? paths[0] : fmt::format("{} and {} more", paths[0], paths.size() - 1);
}

Comparison compare_stored(CompareFlags given) {
    given.baseline = resolve_kept(given.history, given.baseline);
    given.changed = resolve_kept(given.history, given.changed);
    if (given.baseline.size() + given.changed.size() > kMostFiles)
        throw StartupError(fmt::format("at most {} results can be compared", kMostFiles));
    const auto a = read_all(given.baseline, given.ab.force);
    const auto b = read_all(given.changed, given.ab.force);
    std::string unlike = difference(a[0], given.baseline[0], a, given.baseline);
    if (unlike.empty()) unlike = difference(a[0], given.baseline[0], b, given.changed);
    if (!unlike.empty() && !given.ab.force)
        throw StartupError(unlike + ". Give --force to compare them all the same");
    Comparison comparison;
    if (!unlike.empty()) comparison.notes.push_back("forced, though " + unlike);
    comparison.started = results::utc_now();
    comparison.host = results::describe_host();
    comparison.threshold = given.ab.threshold;
    comparison.seed = given.ab.seed;
    comparison.a = {"baseline", what(given.baseline), {}};
    comparison.b = {"new", what(given.changed), {}};
    const auto left = metrics_of(a), right = metrics_of(b);
    const auto metrics = analysis::compared_metrics(left, right, given.ab.threshold);
    if (metrics.empty()) throw StartupError("no metric is in all of these results");
    const analysis::RegressionRules rules{
        .paired = false, .alpha = comparison.alpha, .seed = given.ab.seed};
    analysis::fill(comparison, analysis::judge(metrics, rules), left, right);
    return comparison;
}

std::vector<AbSide> make_sides(const CompareFlags& given, const host::CpuSplit& cpus) {
    std::vector<AbSide> sides;
    for (std::size_t index = 0; index < 2; ++index) {
        const std::string label = index == 0 ? "A" : "B";
        if (given.commands.empty()) {
            sides.emplace_back(label, given.urls[index], std::nullopt, std::vector<int>());
            continue;
        }
        prove::Launch launch;
        launch.command = given.commands[index];
        launch.port = host::free_port();
        launch.workers = static_cast<int>(cpus.target.size());
        const std::string url = prove::fill_in(given.command_url, launch.port, launch.workers);
        sides.emplace_back(label, url, std::move(launch), cpus.target);
    }
    return sides;
}

Comparison compare_now(const CompareFlags& given, const SettleLoad& settle,
                       const std::stop_token& stop) {
    const TimePoint began = std::chrono::steady_clock::now();
    const host::CpuSplit cpus = host::split_cpus(host::allowed_cpus());
    std::vector<AbSide> sides = make_sides(given, cpus);
    const auto settle_here = [&](const std::string& url) {
        LoadOptions options = settle(url);
        if (!given.commands.empty() && options.cpus.empty()) options.cpus = cpus.generator;
        return options;
    };
    for (AbSide& side : sides) side.prepare(settle_here, stop);
    Comparison comparison = compare_sides(sides[0], sides[1], given.ab, began, stop);
    if (!given.commands.empty()) {
        comparison.notes.push_back(
            cpus.shared
                ? "one CPU is all there is: the commands and the load shared it"
                : fmt::format("the commands ran on CPUs {}, the load on {}",
                              host::format_cpus(cpus.target), host::format_cpus(cpus.generator)));
    }
    return comparison;
}

std::string document_for(const std::string& path, const Comparison& comparison) {
    const std::string extension = std::filesystem::path(path).extension();
    if (extension == ".md") return report::compare_markdown(comparison);
    if (extension == ".xml") return report::compare_junit(comparison);
    const std::string json = results::to_json(comparison);
    return extension == ".html" ? report::html_page(json) : json + "\n";
}

// A full disk must not cost the verdict, which has been printed.
void write_outputs(const std::vector<std::string>& paths, const Comparison& comparison) {
    for (const std::string& path : paths) {
        try {
            write_file(path, document_for(path, comparison));
        } catch (const StartupError& error) {
            fmt::print(stderr, "mettle compare: {}\n", error.what());
        }
    }
}

ExitCode exit_code_of(const Comparison& comparison, bool inconclusive_passes) {
    if (comparison.target_lost) return ExitCode::unreachable;
    if (comparison.interrupted) return ExitCode::no_verdict;
    if (comparison.change == Change::regression) return ExitCode::failed;
    const bool passed = comparison.change == Change::pass || inconclusive_passes;
    return passed ? ExitCode::passed : ExitCode::no_verdict;
}

}  // namespace

int compare_main(int argc, char** argv) {
    const auto parsed = parse_compare_flags(argc, argv);
    if (!parsed) return static_cast<int>(ExitCode::passed);
    const CompareFlags& given = parsed->flags;
    std::stop_source stop;
    const StopSignals signals(stop);
    Comparison comparison;
    try {
        comparison = given.measures() ? compare_now(given, parsed->settle, stop.get_token())
                                      : compare_stored(given);
    } catch (const StartupError& error) {
        // What breaks off because the user has had enough is nobody's mistake.
        if (!stop.stop_requested()) throw;
        fmt::print(stderr, "mettle compare: ended by the user before the first pair\n");
        return static_cast<int>(ExitCode::no_verdict);
    }
    const bool colour = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    fmt::print("{}", report::compare_summary(comparison, colour));
    std::fflush(stdout);
    write_outputs(given.outputs, comparison);
    keep_result(given.history, results::to_json(comparison));
    return static_cast<int>(exit_code_of(comparison, given.inconclusive_passes));
}

}  // namespace mettle::cli
