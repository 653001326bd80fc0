#include "mettle/analysis/regression.hpp"
#include "mettle/base/exit_code.hpp"
#include "mettle/base/units.hpp"
#include "mettle/cli/flags.hpp"
#include "mettle/cli/verbs.hpp"
#include "mettle/results/stored_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mettle::cli {
namespace {

using analysis::Better;
using analysis::Change;
using results::StoredRun;

// Of both sides together: what is one typed by hand, not a folder of a year's runs.
constexpr std::size_t kMostFiles = 1000;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{256} << 20;

struct CompareFlags {
    std::vector<std::string> baseline, changed;
    double threshold = 0.05;
    std::string inconclusive = "fail";
    std::uint64_t seed = 1;
    bool force = false;
};

struct Metric {
    const char* name;
    Better better;
    double times_threshold;  // Tails and memory are noisier: a change that counts is larger.
};
constexpr std::array<Metric, 7> kMetrics = {{{"p50", Better::lower, 1},
                                             {"p99", Better::lower, 2},
                                             {"throughput", Better::higher, 1},
                                             {"error_rate", Better::lower, 1},
                                             {"capacity", Better::higher, 1},
                                             {"memory", Better::lower, 2},
                                             {"cold_start", Better::lower, 2}}};

// An error rate has no logarithm at 0. With a hundredth added, 0.05 points more count as 5 % more.
constexpr double kErrorFloor = 0.01;

std::optional<CompareFlags> parse(int argc, char** argv) {
    CompareFlags given;
    Flags flags("compare",
                "Did it get slower? Holds stored results of a baseline against new ones. A run is "
                "a unit: give at least 4 a side.\n\n"
                "  mettle compare base-*.json --new new-*.json --threshold 5%");
    flags.app()
        .add_option("BASELINE", given.baseline, "results that -o FILE.json of load or prove wrote")
        ->required();
    flags.app().add_option("--new", given.changed, "results of the changed version")->required();
    flags
        .add(
            "--threshold",
            [&given](const std::string& text) -> Result<void> {
                const auto share = parse_share(text);
                if (!share) return std::unexpected(share.error());
                if (*share < 0.001) return fail(Error::Kind::invalid_input, "write 0.1% or more");
                given.threshold = *share;
                return {};
            },
            "the smallest change that counts; twice that for p99, memory and cold start", "5%")
        ->group("Judging");
    flags.app()
        .add_option("--inconclusive", given.inconclusive,
                    "fail (exit code 3) or pass (exit code 0) when the runs do not decide")
        ->check(CLI::IsMember({"fail", "pass"}))
        ->capture_default_str()
        ->group("Judging");
    flags.app()
        .add_flag("--force", given.force,
                  "compare runs of unlike hosts or loads, and INVALID ones, all the same")
        ->group("Judging");
    flags.app()
        .add_option("--seed", given.seed, "of the resampling")
        ->capture_default_str()
        ->group("Judging");
    if (!flags.parse(argc, argv)) return {};
    if (given.baseline.size() + given.changed.size() > kMostFiles)
        throw StartupError(fmt::format("at most {} results can be compared", kMostFiles));
    return given;
}

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

void check_alike(const StoredRun& first, const std::string& first_path,
                 const std::vector<StoredRun>& runs, const std::vector<std::string>& paths) {
    for (std::size_t index = 0; index < runs.size(); ++index) {
        const auto found = results::differences(first, runs[index]);
        if (found.empty()) continue;
        throw StartupError(
            fmt::format("{} and {} are unlike: {}. Give --force to compare them "
                        "all the same",
                        first_path, paths[index], fmt::join(found, "; ")));
    }
}

// Nothing where one of the runs does not have it.
std::optional<std::vector<double>> values_of(const std::vector<StoredRun>& runs,
                                             const std::string& name) {
    std::vector<double> values;
    for (const StoredRun& run : runs) {
        const auto found = run.metrics.find(name);
        if (found == run.metrics.end()) return {};
        values.push_back(found->second + (name == "error_rate" ? kErrorFloor : 0));
    }
    return values;
}

std::vector<analysis::MetricRuns> metrics_of(const std::vector<StoredRun>& a,
                                             const std::vector<StoredRun>& b, double threshold) {
    std::vector<analysis::MetricRuns> metrics;
    for (const Metric& metric : kMetrics) {
        auto left = values_of(a, metric.name), right = values_of(b, metric.name);
        if (!left || !right) continue;
        metrics.push_back({metric.name, metric.better, threshold * metric.times_threshold,
                           std::move(*left), std::move(*right)});
    }
    return metrics;
}

std::string_view name_of(Change change) {
    switch (change) {
        case Change::pass:
            return "pass";
        case Change::regression:
            return "regression";
        case Change::inconclusive:
            return "inconclusive";
    }
    return "";
}

void print(const analysis::Regression& found, std::size_t a, std::size_t b) {
    fmt::print("{}: {} runs of the baseline, {} new ones\n\n", name_of(found.change), a, b);
    for (const analysis::MetricChange& metric : found.metrics) {
        const auto percent = [](double ratio) { return 100 * (ratio - 1); };
        const std::string interval = metric.low > 0
                                         ? fmt::format("98 % interval {:+.1f} to {:+.1f} %",
                                                       percent(metric.low), percent(metric.high))
                                         : "no interval";
        fmt::print(
            "  {:<11} {:+7.1f} %  {:<36} {}{}{}\n", metric.name, percent(metric.ratio), interval,
            name_of(metric.change), metric.better ? ", better" : "",
            metric.more_runs ? fmt::format(", about {} more runs a side", *metric.more_runs) : "");
    }
}

}  // namespace

int compare_main(int argc, char** argv) {
    const auto given = parse(argc, argv);
    if (!given) return 0;
    const auto a = read_all(given->baseline, given->force);
    const auto b = read_all(given->changed, given->force);
    if (!given->force) {
        check_alike(a[0], given->baseline[0], a, given->baseline);
        check_alike(a[0], given->baseline[0], b, given->changed);
    }
    const auto metrics = metrics_of(a, b, given->threshold);
    if (metrics.empty()) throw StartupError("no metric is in all of these results");
    const auto found = analysis::judge(metrics, {.paired = false, .seed = given->seed});
    print(found, a.size(), b.size());
    if (found.change == Change::regression) return static_cast<int>(ExitCode::failed);
    const bool passed = found.change == Change::pass || given->inconclusive == "pass";
    return static_cast<int>(passed ? ExitCode::passed : ExitCode::no_verdict);
}

}  // namespace mettle::cli
