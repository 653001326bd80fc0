#include "mettle/analysis/compared_runs.hpp"

#include "mettle/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

namespace mettle::analysis {
namespace {

using results::ComparedMetric;

struct Metric {
    const char* name;
    const char* unit;
    Better better;
    double times_threshold;
};
constexpr std::array<Metric, 7> kMetrics = {{{"p50", "ms", Better::lower, 1},
                                             {"p99", "ms", Better::lower, 2},
                                             {"throughput", "rps", Better::higher, 1},
                                             {"error_rate", "share", Better::lower, 1},
                                             {"capacity", "rps", Better::higher, 1},
                                             {"memory", "bytes", Better::lower, 2},
                                             {"cold_start", "ms", Better::lower, 2}}};

// An error rate has no logarithm at 0. With a hundredth added, 0.05 points more count as 5 % more.
constexpr double kErrorFloor = 0.01;

// Of a handful of runs that are far apart the bootstrap may say 0 to infinity.
constexpr double kWidest = 10;

// Nothing where one of the runs does not have it.
std::optional<std::vector<double>> values_of(const std::vector<RunMetrics>& runs,
                                             const std::string& name) {
    std::vector<double> values;
    for (const RunMetrics& run : runs) {
        const auto found = run.find(name);
        if (found == run.end()) return {};
        values.push_back(found->second);
    }
    return values;
}

// As they are judged.
std::vector<double> above_zero(std::vector<double> values, std::string_view name) {
    if (name != "error_rate") return values;
    for (double& value : values) value += kErrorFloor;
    return values;
}

ComparedMetric described(const MetricChange& change, const Metric& metric) {
    ComparedMetric shown;
    shown.name = change.name;
    shown.unit = metric.unit;
    shown.lower_is_better = metric.better == Better::lower;
    shown.change = change.change;
    shown.improved = change.better;
    shown.ratio = change.ratio;
    if (change.low > change.ratio / kWidest && change.high < change.ratio * kWidest) {
        shown.low = change.low;
        shown.high = change.high;
    }
    shown.p_regression = change.p_regression;
    shown.more_runs = change.more_runs;
    return shown;
}

double percent(double ratio) {
    return 100 * (ratio - 1);
}

std::string reason(const ComparedMetric& metric) {
    const std::string what =
        metric.low
            ? fmt::format("{} changed by {:+.1f} % ({:+.1f} to {:+.1f} %)", metric.name,
                          percent(metric.ratio), percent(*metric.low), percent(*metric.high))
            : fmt::format(
                  "{} changed by {:+.1f} %, by too few or too different runs for an interval",
                  metric.name, percent(metric.ratio));
    if (metric.change == Change::regression)
        return fmt::format("{}: beyond the line of blame, half of the {:.3g} % that count", what,
                           100 * metric.threshold);
    const std::string more =
        metric.more_runs ? fmt::format("about {} more runs a side decide it", *metric.more_runs)
                         : std::string("it is too near the line for a forecast");
    return fmt::format("{}: undecided, {}", what, more);
}

void add_reasons(results::Comparison& comparison) {
    for (const Change wanted : {Change::regression, Change::inconclusive}) {
        for (const ComparedMetric& metric : comparison.metrics)
            if (metric.change == wanted) comparison.reasons.push_back(reason(metric));
    }
}

}  // namespace

std::vector<MetricRuns> compared_metrics(const std::vector<RunMetrics>& a,
                                         const std::vector<RunMetrics>& b, double threshold) {
    std::vector<MetricRuns> metrics;
    for (const Metric& metric : kMetrics) {
        auto left = values_of(a, metric.name), right = values_of(b, metric.name);
        if (!left || !right) continue;
        metrics.push_back({metric.name, metric.better, threshold * metric.times_threshold,
                           above_zero(std::move(*left), metric.name),
                           above_zero(std::move(*right), metric.name)});
    }
    return metrics;
}

void fill(results::Comparison& comparison, const Regression& found,
          const std::vector<RunMetrics>& a, const std::vector<RunMetrics>& b) {
    comparison.change = found.change;
    comparison.metrics.clear();
    for (const MetricChange& change : found.metrics) {
        const auto known = std::ranges::find(kMetrics, change.name, &Metric::name);
        METTLE_ASSERT(known != kMetrics.end());
        ComparedMetric shown = described(change, *known);
        shown.threshold = comparison.threshold * known->times_threshold;
        shown.a = values_of(a, change.name).value_or(std::vector<double>());
        shown.b = values_of(b, change.name).value_or(std::vector<double>());
        comparison.metrics.push_back(std::move(shown));
    }
    add_reasons(comparison);
}

}  // namespace mettle::analysis
