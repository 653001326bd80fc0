#include "mettle/report/compare_summary.hpp"

#include "mettle/base/units.hpp"
#include "mettle/report/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace mettle::report {
namespace {

using results::Change;
using results::ComparedMetric;
using results::Comparison;

std::string percent(double ratio) {
    return fmt::format("{:+.1f} %", 100 * (ratio - 1));
}

std::string interval(const ComparedMetric& metric) {
    if (!metric.low || !metric.high) return "no interval";
    return fmt::format("{} to {}", percent(*metric.low), percent(*metric.high));
}

std::string verdict(const ComparedMetric& metric) {
    std::string text(name_of(metric.change));
    if (metric.improved) text += ", better";
    if (metric.more_runs) text += fmt::format(", about {} more runs a side", *metric.more_runs);
    return text;
}

std::string runs_text(const Comparison& comparison) {
    if (comparison.method != Comparison::Method::stored) {
        return fmt::format(
            "{} pairs of runs of {:g} s, {}", comparison.pairs, comparison.run_s,
            comparison.method == Comparison::Method::at_once ? "both at once" : "by turns");
    }
    const auto count = [&](std::vector<double> ComparedMetric::* side) {
        return comparison.metrics.empty() ? std::size_t{0} : (comparison.metrics[0].*side).size();
    };
    return fmt::format("{} runs of the baseline, {} new ones", count(&ComparedMetric::a),
                       count(&ComparedMetric::b));
}

double shown_confidence(const Comparison& comparison) {
    return 100 * (1 - 2 * comparison.alpha);
}

std::string_view colour_of(Change change) {
    switch (change) {
        case Change::pass:
            return "\x1b[32m";
        case Change::regression:
            return "\x1b[31m";
        case Change::inconclusive:
            return "\x1b[33m";
    }
    return "";
}

std::string clean_line(std::string_view text) {
    std::string clean(text);
    for (char& character : clean)
        if (static_cast<unsigned char>(character) < 0x20 || character == 0x7f) character = ' ';
    return clean;
}

std::string junit_case(const ComparedMetric& metric) {
    const std::string message =
        fmt::format("{}: {} ({})", metric.name, percent(metric.ratio), interval(metric));
    std::string text = fmt::format("  <testcase classname=\"mettle.compare\" name=\"{}\">",
                                   escape_xml(metric.name));
    if (metric.change == Change::regression)
        text += fmt::format("<failure message=\"{}\"/>", escape_xml(message));
    if (metric.change == Change::inconclusive)
        text +=
            fmt::format("<skipped message=\"{}\"/>", escape_xml(message + ": " + verdict(metric)));
    return text + "</testcase>\n";
}

}  // namespace

std::string median_text(const std::vector<double>& values, const std::string& unit) {
    if (values.empty()) return "–";
    std::vector<double> sorted = values;
    std::ranges::sort(sorted);
    const std::size_t middle = sorted.size() / 2;
    const double median =
        sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    if (unit == "ms") return format_duration(Duration(std::llround(median * 1e6)));
    if (unit == "rps") return format_rate(median) + " rps";
    if (unit == "share") return fmt::format("{:.2f} %", 100 * median);
    if (unit == "bytes") return format_size(static_cast<std::uint64_t>(median));
    return fmt::format("{:.4g}", median);
}

std::string compare_summary(const Comparison& comparison, bool colour) {
    const std::string_view begin = colour ? colour_of(comparison.change) : "";
    const std::string_view end = colour ? "\x1b[0m" : "";
    std::string text = fmt::format("{}{}{}: {}\n\n", begin, name_of(comparison.change), end,
                                   runs_text(comparison));
    for (const ComparedMetric& metric : comparison.metrics) {
        const std::string range = metric.low
                                      ? fmt::format("{:.3g} % interval {}",
                                                    shown_confidence(comparison), interval(metric))
                                      : "no interval";
        text += fmt::format("  {:<11} {:>12} -> {:<12} {:>8}  {:<38} {}\n", metric.name,
                            median_text(metric.a, metric.unit), median_text(metric.b, metric.unit),
                            percent(metric.ratio), range, verdict(metric));
    }
    if (!comparison.reasons.empty()) text += "\n";
    for (const std::string& reason : comparison.reasons) text += "  " + clean_line(reason) + "\n";
    for (const std::string& note : comparison.notes) text += "  " + clean_line(note) + "\n";
    return text;
}

std::string compare_markdown(const Comparison& comparison) {
    std::string text = fmt::format(
        "### {}: {} against {}\n\n{}; from {:.3g} % on a change counts.\n\n"
        "| metric | {} | {} | change | {:.3g} % interval | counts from | verdict |\n"
        "|---|--:|--:|--:|:-:|--:|---|\n",
        name_of(comparison.change), escape_markdown(comparison.b.what),
        escape_markdown(comparison.a.what), runs_text(comparison), 100 * comparison.threshold,
        escape_markdown(comparison.a.label), escape_markdown(comparison.b.label),
        shown_confidence(comparison));
    for (const ComparedMetric& metric : comparison.metrics) {
        text += fmt::format("| {} | {} | {} | {} | {} | {:.3g} % | {} |\n",
                            escape_markdown(metric.name), median_text(metric.a, metric.unit),
                            median_text(metric.b, metric.unit), percent(metric.ratio),
                            interval(metric), 100 * metric.threshold, verdict(metric));
    }
    if (!comparison.reasons.empty() || !comparison.notes.empty()) text += "\n";
    for (const std::string& reason : comparison.reasons)
        text += "- " + escape_markdown(reason) + "\n";
    for (const std::string& note : comparison.notes) text += "- " + escape_markdown(note) + "\n";
    return text;
}

// A comparison without one metric must not look like a list of tests that all passed.
std::string compare_junit(const Comparison& comparison) {
    const auto count = [&](Change change) {
        return std::ranges::count(comparison.metrics, change, &ComparedMetric::change);
    };
    const bool empty = comparison.metrics.empty();
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"mettle compare {}\" "
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n",
        escape_xml(comparison.b.what), comparison.metrics.size() + (empty ? 1 : 0),
        count(Change::regression), empty ? 1 : 0, count(Change::inconclusive),
        comparison.duration_s);
    for (const ComparedMetric& metric : comparison.metrics) text += junit_case(metric);
    if (empty) {
        text += fmt::format(
            "  <testcase classname=\"mettle.compare\" name=\"verdict\"><error message=\"{}\"/>"
            "</testcase>\n",
            escape_xml(comparison.reasons.empty() ? "nothing was measured"
                                                  : comparison.reasons.front()));
    }
    return text + "</testsuite>\n";
}

}  // namespace mettle::report
