#include "mettle/base/units.hpp"
#include "mettle/base/version.hpp"
#include "mettle/report/latency_ms.hpp"
#include "mettle/report/load_summary.hpp"
#include "mettle/report/load_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <ctime>
#include <map>
#include <span>

namespace mettle::report {

namespace {

using results::Failure;
using results::RunResult;
using results::TaskResult;

std::string at(const Histogram& histogram, double share) {
    return format_ms(ms_at(histogram, share));
}

// Text of servers and users, inside a Markdown table.
std::string cell(std::string_view text) {
    std::string out;
    for (const char character : text) {
        if (character == '|' || character == '`' || character == '<') out += '\\';
        out += character == '\n' ? ' ' : character;
    }
    return out;
}

// p50, p95, p99 and the maximum, unless the user asked for others.
std::span<const double> markdown_percentiles(const RunResult& run) {
    static constexpr std::array<double, 4> kUsual = {0.5, 0.95, 0.99, 1};
    if (!run.percentiles.empty()) return run.percentiles;
    return kUsual;
}

std::string markdown_row(const TaskResult& task, const RunResult& run) {
    const double rps = run.duration_s > 0 ? static_cast<double>(task.requests) / run.duration_s : 0;
    std::string row = fmt::format("| {} | {} | {} | {} |", cell(task.name), task.requests,
                                  task.failures, format_rate(rps));
    for (const double share : markdown_percentiles(run))
        row += fmt::format(" {} |", at(task.times.latency, share));
    return row + "\n";
}

std::string markdown_tasks(const RunResult& run) {
    std::string head = "| task | requests | failures | req/s |";
    std::string line = "|---|--:|--:|--:|";
    for (const double share : markdown_percentiles(run)) {
        const std::string percent = format_percentile(share);
        head += share >= 1 ? " max ms |"
                           : fmt::format(" p{} ms |", percent.substr(0, percent.size() - 1));
        line += "--:|";
    }
    std::string text = head + "\n" + line + "\n";
    for (const TaskResult& task : run.tasks) text += markdown_row(task, run);
    if (run.tasks.size() != 1) text += markdown_row(run.totals, run);
    return text;
}

std::string markdown_thresholds(const RunResult& run) {
    if (run.thresholds.empty()) return "";
    std::string text = "\n| threshold | fails when | measured |\n|---|---|---|\n";
    for (const results::Threshold& each : run.thresholds) {
        text += fmt::format("| {} | {} | {} |\n",
                            !each.value   ? "no data"
                            : each.passed ? "pass"
                                          : "**fail**",
                            cell(each.expression), cell(each.measured));
    }
    return text;
}

// Text inside XML; what XML 1.0 cannot hold becomes '?'.
std::string xml(std::string_view text) {
    std::string out;
    for (const char character : text) {
        switch (character) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += static_cast<unsigned char>(character) < ' ' && character != '\n' ? '?'
                                                                                        : character;
        }
    }
    return out;
}

std::string test_case(std::string_view name, double seconds, const std::string& failure) {
    const std::string head = fmt::format(
        "  <testcase classname=\"mettle.load\" name=\"{}\" time=\"{:.3f}\"", xml(name), seconds);
    if (failure.empty()) return head + "/>\n";
    return fmt::format("{}>\n    <failure message=\"{}\"/>\n  </testcase>\n", head, xml(failure));
}

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences)
        text.append(text.empty() ? "" : "; ").append(sentence);
    return text;
}

// Locust counts response times in ms with two digits: to 1 ms under 100, to 10 under 1000, …, with
// Python's rounding of halves to the even neighbour.
std::int64_t locust_bucket(double response_ms) {
    const auto round_to = [&](double step) {
        return static_cast<std::int64_t>(std::nearbyint(response_ms / step) * step);
    };
    if (response_ms < 100) return round_to(1);
    if (response_ms < 1000) return round_to(10);
    return round_to(response_ms < 10'000 ? 100 : 1000);
}

nlohmann::ordered_json response_times(const TaskResult& task) {
    std::map<std::int64_t, std::uint64_t> buckets;
    for (const Histogram* histogram : {&task.times.latency, &task.times.failed}) {
        for (int index = 0; index < Histogram::kPages * Histogram::kPageSize; ++index) {
            const std::uint64_t count = histogram->bucket(index);
            if (count == 0) continue;
            const auto low = static_cast<double>(Histogram::lowest_in_bucket(index));
            buckets[locust_bucket(ms(low))] += count;
        }
    }
    auto json = nlohmann::ordered_json::object();
    for (const auto& [bucket, count] : buckets) json[std::to_string(bucket)] = count;
    return json;
}

double total_ms(const Histogram& histogram) {
    return ms(histogram.mean() * static_cast<double>(histogram.count()));
}

nlohmann::ordered_json locust_entry(const TaskResult& task, double start, double end) {
    const results::LatencySet& times = task.times;
    Histogram all = times.latency;
    all.merge(times.failed);
    return {{"name", task.name},
            {"method", task.method},
            {"last_request_timestamp", end},
            {"start_time", start},
            {"num_requests", task.requests},
            {"num_none_requests", 0},
            {"num_failures", task.failures},
            {"total_response_time", total_ms(all)},
            {"max_response_time", ms(static_cast<double>(all.max()))},
            {"min_response_time", ms(static_cast<double>(all.min()))},
            {"total_content_length", task.content_bytes},
            {"response_times", response_times(task)},
            {"num_reqs_per_sec", nlohmann::ordered_json::object()},
            {"num_fail_per_sec", nlohmann::ordered_json::object()}};
}

}  // namespace

std::string load_markdown(const RunResult& run, const results::Verdict& verdict) {
    const bool passed = verdict.code == ExitCode::passed;
    std::string text = fmt::format("## Load test of {}: {}\n\n", cell(run.target.url),
                                   passed ? "passed" : "not passed");
    for (const std::string& sentence : verdict.sentences) text += "- " + cell(sentence) + "\n";
    if (!verdict.sentences.empty()) text += "\n";
    text += markdown_tasks(run) + markdown_thresholds(run);
    if (!run.failures.empty()) text += "\n| failures | kind | detail |\n|--:|---|---|\n";
    for (const Failure& failure : run.failures) {
        text +=
            fmt::format("| {} | {} | {} |\n", failure.count, failure.kind, cell(failure.detail));
    }
    text +=
        fmt::format("\nThe measurement is {}: send lag p99 {} µs. {} {}, {:.1f} s, mettle {}.\n",
                    run.validity.valid ? "VALID" : "INVALID",
                    run.validity.send_lag_us.quantile(0.99), run.load.kind,
                    run.load.rate_rps ? fmt::format("{} rps", format_rate(*run.load.rate_rps))
                                      : fmt::format("{} users", run.load.users.value_or(0)),
                    run.duration_s, version());
    return text;
}

std::string load_junit(const RunResult& run, const std::vector<results::Expression>& fail_if) {
    std::string cases;
    int count = 1, failed = 0;
    const auto add = [&](std::string_view name, const std::string& failure) {
        cases += test_case(name, run.duration_s, failure);
        failed += !failure.empty();
        ++count;
    };
    if (fail_if.empty()) {
        add("no request fails", run.totals.failures == 0
                                    ? ""
                                    : fmt::format("{} of {} requests failed", run.totals.failures,
                                                  run.totals.requests));
    }
    for (const results::Expression& expression : fail_if) {
        const auto evaluation = results::evaluate(expression, run);
        add("not " + expression.to_string(),
            evaluation.is_true ? results::describe(expression, evaluation) : "");
    }
    add("the measurement is valid", joined(run.validity.reasons));
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"mettle load {}\" tests=\"{}\" failures=\"{}\" "
        "time=\"{:.3f}\" timestamp=\"{}\">\n{}</testsuite>\n",
        xml(run.target.url), count - 1, failed, run.duration_s, run.started, cases);
}

std::string locust_json(const RunResult& run) {
    const auto end = static_cast<double>(std::time(nullptr));
    auto list = nlohmann::ordered_json::array();
    for (const TaskResult& task : run.tasks)
        list.push_back(locust_entry(task, end - run.duration_s, end));
    return list.dump(4, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace mettle::report
