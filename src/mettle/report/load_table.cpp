#include "mettle/report/load_table.hpp"

#include "mettle/report/latency_ms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace mettle::report {

namespace {

using results::Failure;
using results::RunResult;
using results::TaskResult;

constexpr std::array<double, 11> kShares = {0.5,  0.66, 0.75,  0.8,    0.9, 0.95,
                                            0.98, 0.99, 0.999, 0.9999, 1};
constexpr std::size_t kNameWidth = 34;

std::string shortened(std::string_view name) {
    if (name.size() <= kNameWidth) return std::string(name);
    return fmt::format("{}...", name.substr(0, kNameWidth - 3));
}

std::string line_of(std::initializer_list<std::size_t> widths) {
    std::string line;
    for (const std::size_t width : widths) line.append(line.empty() ? "" : "|").append(width, '-');
    return line + "\n";
}

std::string requests_separator() {
    return line_of({8, kNameWidth, 9, 15, 8, 8, 8, 8, 10, 11});
}

// What a target answered may hold escape sequences; on a terminal they would be obeyed.
std::string printable(std::string_view text) {
    std::string clean;
    for (const char character : text) {
        const bool control = static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
        clean += control ? ' ' : character;
    }
    return clean;
}

double rate(std::uint64_t count, double seconds) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

std::string requests_row(const TaskResult& task, const TaskResult& recent, double seconds) {
    const Histogram& latency = task.times.latency;
    const double share = task.requests ? 100.0 * static_cast<double>(task.failures) /
                                             static_cast<double>(task.requests)
                                       : 0;
    return fmt::format(
        "{:<8} {:<{}} {:>9} {:>15}|{:>8} {:>8} {:>8} {:>8}|{:>10.2f} {:>11.2f}\n", task.method,
        shortened(task.name), kNameWidth, task.requests,
        fmt::format("{}({:.2f}%)", task.failures, share), format_ms(ms(latency.mean())),
        format_ms(ms(static_cast<double>(latency.min()))),
        format_ms(ms(static_cast<double>(latency.max()))), format_ms(ms_at(latency, 0.5)),
        rate(recent.requests, seconds), rate(recent.failures, seconds));
}

std::string percentiles_row(const TaskResult& task, std::span<const double> shares) {
    std::string row = fmt::format("{:<8} {:<{}}", task.method, shortened(task.name), kNameWidth);
    for (const double share : shares)
        row += fmt::format(" {:>7}", format_ms(ms_at(task.times.latency, share)));
    return row + fmt::format(" {:>9}\n", task.times.latency.count());
}

}  // namespace

std::string format_ms(double value) {
    if (value < 10) return fmt::format("{:.2f}", value);
    if (value < 100) return fmt::format("{:.1f}", value);
    return fmt::format("{:.0f}", value);
}

std::string requests_table(const RunResult& run, const RunResult* window) {
    const RunResult& recent = window ? *window : run;
    std::string text = fmt::format(
        "{:<8} {:<{}} {:>9} {:>15}|{:>8} {:>8} {:>8} {:>8}|{:>10} {:>11}\n", "Type", "Name",
        kNameWidth, "# reqs", "# fails", "Avg", "Min", "Max", "Med", "req/s", "failures/s");
    text += requests_separator();
    for (std::size_t index = 0; index < run.tasks.size(); ++index)
        text += requests_row(run.tasks[index], recent.tasks[index], recent.duration_s);
    text += requests_separator();
    return text + requests_row(run.totals, recent.totals, recent.duration_s);
}

std::span<const double> percentiles_of(const RunResult& run) {
    if (!run.percentiles.empty()) return run.percentiles;
    return kShares;
}

std::string format_percentile(double share) {
    return fmt::format("{:.6g}%", share * 100);
}

std::string percentiles_table(const RunResult& run) {
    const std::span<const double> shares = percentiles_of(run);
    std::string text = "Response time percentiles, ms from the due time\n";
    text += fmt::format("{:<8} {:<{}}", "Type", "Name", kNameWidth);
    std::string separator = std::string(8, '-') + "|" + std::string(kNameWidth, '-');
    for (const double share : shares) {
        text += fmt::format(" {:>7}", format_percentile(share));
        separator += "|-------";
    }
    text += fmt::format(" {:>9}\n", "# reqs");
    separator += "|---------\n";
    text += separator;
    for (const TaskResult& task : run.tasks) text += percentiles_row(task, shares);
    return text + separator + percentiles_row(run.totals, shares);
}

std::string thresholds_table(const RunResult& run) {
    if (run.thresholds.empty()) return {};
    std::string text = "Thresholds: the run fails where one is true\n";
    for (const results::Threshold& each : run.thresholds) {
        const std::string_view word = !each.value ? "no data" : each.passed ? "pass" : "FAIL";
        text += fmt::format("{:<8} {:<{}} {}\n", word, printable(each.expression), kNameWidth,
                            printable(each.measured));
    }
    return text;
}

std::string failures_table(const RunResult& run) {
    if (run.failures.empty()) return {};
    std::vector<Failure> failures = run.failures;
    std::ranges::sort(failures, [](const Failure& left, const Failure& right) {
        return std::tie(right.count, left.detail) < std::tie(left.count, right.detail);
    });
    std::string text = "Error report\n# occurrences      Error\n" + line_of({18, 80});
    for (const Failure& failure : failures) {
        text += fmt::format("{:<18} {} {}: {}{}{}\n", failure.count, failure.method, failure.task,
                            failure.kind, failure.detail.empty() ? "" : ": ",
                            printable(failure.detail));
    }
    return text;
}

std::string phases_line(const RunResult& run) {
    constexpr double kUnitsPerMs = 1e4;
    std::string text;
    bool server = false;
    for (std::size_t index = 0; index < results::kPhaseCount; ++index) {
        const Histogram& phase = run.totals.times.phases[index];
        const auto name = static_cast<results::Phase>(index);
        if (phase.quantile(0.99) <= 0) continue;
        server |= name >= results::Phase::parse && name <= results::Phase::write;
        text += fmt::format(
            "{}{} {}/{}", text.empty() ? "" : ", ", results::name_of(name),
            fmt::format("{:.3g}", static_cast<double>(phase.quantile(0.5)) / kUnitsPerMs),
            fmt::format("{:.3g}", static_cast<double>(phase.quantile(0.99)) / kUnitsPerMs));
    }
    return server ? "Phases, p50/p99 in ms: " + text + "\n" : "";
}

}  // namespace mettle::report
