// What a run says to an expression.

#include "mettle/results/expression.hpp"
#include "mettle/results/metric_names.hpp"
#include "mettle/results/own_metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mettle::results {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The latencies that a metric is about, and what it leaves out.
struct Times {
    const Histogram& histogram;
    std::uint64_t failed;
};

std::optional<double> latency_of(std::string_view name, const Times& times) {
    const Histogram& histogram = times.histogram;
    if (histogram.count() + times.failed == 0) return {};
    const auto ms = [](double us) { return us < 0 ? kInfinity : us / 1e3; };
    // No quantiles, so of the successes alone; with none of those, as slow as can be.
    if (name == "min" || name == "mean") {
        if (histogram.count() == 0) return kInfinity;
        return ms(name == "min" ? static_cast<double>(histogram.min()) : histogram.mean());
    }
    if (name == "max") return times.failed ? kInfinity : ms(static_cast<double>(histogram.max()));
    return ms(static_cast<double>(histogram.quantile_with(*percentile(name), times.failed)));
}

std::uint64_t wrong_answers(const RunResult& run, std::string_view task) {
    std::uint64_t count = 0;
    for (const Failure& failure : run.failures) {
        if (failure.kind == "wrong_answer" && (task.empty() || failure.task == task))
            count += failure.count;
    }
    return count;
}

const TaskResult* find_task(const RunResult& run, std::string_view name) {
    if (name.empty()) return &run.totals;
    const auto found = std::ranges::find(run.tasks, name, &TaskResult::name);
    return found == run.tasks.end() ? nullptr : &*found;
}

std::optional<double> share_or_count(std::uint64_t count, std::uint64_t all, Unit unit) {
    if (unit == Unit::count) return static_cast<double>(count);
    if (all == 0) return {};
    return static_cast<double>(count) / static_cast<double>(all);
}

std::optional<double> per_second(std::uint64_t count, double duration_s) {
    if (duration_s <= 0) return {};
    return static_cast<double>(count) / duration_s;
}

std::optional<double> target_rss(const RunResult& run) {
    std::optional<double> most;
    for (const SeriesPoint& point : run.series) {
        if (!point.target_rss_bytes) continue;
        most = std::max(most.value_or(0), static_cast<double>(*point.target_rss_bytes));
    }
    return most;
}

std::optional<double> value_of(const Expression& expression, const RunResult& run) {
    if (is_own_metric(expression)) return own_metric_value(expression, run);
    const TaskResult* task = find_task(run, expression.task);
    if (!task) return {};
    const std::string_view metric = expression.metric;
    if (is_latency(metric)) {
        const bool service = metric.starts_with("service_");
        return latency_of(without_service(metric),
                          {service ? task->times.service : task->times.latency, task->failures});
    }
    if (metric == "rps") return per_second(task->requests, run.duration_s);
    if (metric == "goodput") return per_second(task->requests - task->failures, run.duration_s);
    if (metric == "error_rate")
        return share_or_count(task->failures, task->requests, expression.unit);
    if (metric == "wrong_answers")
        return share_or_count(wrong_answers(run, expression.task), task->requests, expression.unit);
    if (metric == "failures") return static_cast<double>(task->failures);
    if (metric == "requests") return static_cast<double>(task->requests);
    if (metric == "target_cpu") return run.target_cpu;
    if (metric == "target_rss") return target_rss(run);
    if (metric == "send_lag_p99" && run.validity.send_lag_us.count())
        return static_cast<double>(run.validity.send_lag_us.quantile(0.99)) / 1e3;
    return {};
}

bool compare(double left, Op op, double right) {
    switch (op) {
        case Op::less:
            return left < right;
        case Op::at_most:
            return left <= right;
        case Op::greater:
            return left > right;
        case Op::at_least:
            return left >= right;
    }
    return false;
}

}  // namespace

bool is_due_latency(const Expression& expression) {
    return is_latency(expression.metric) && !expression.metric.starts_with("service_");
}

Evaluation evaluate(const Expression& expression, const RunResult& run) {
    Evaluation evaluation{.value = value_of(expression, run)};
    if (!evaluation.value) return evaluation;
    evaluation.is_true = compare(*evaluation.value, expression.op, expression.value);
    if (is_due_latency(expression)) {
        Expression twin = expression;
        twin.metric.insert(0, "service_");
        const auto service = value_of(twin, run);
        evaluation.lag_may_explain =
            service && compare(*service, expression.op, expression.value) != evaluation.is_true;
    }
    evaluation.lag_may_explain |= expression.metric == "rps" || expression.metric == "goodput" ||
                                  expression.metric == "requests" ||
                                  expression.metric == "send_lag_p99";
    return evaluation;
}

std::string format_value(double value, Unit unit) {
    if (!std::isfinite(value)) return "infinity";
    switch (unit) {
        case Unit::ms:
            return format_duration(Duration(std::llround(value * 1e6)));
        case Unit::rps:
            return format_rate(value) + " rps";
        case Unit::share:
            return fmt::format("{:.4g}%", value * 100);
        case Unit::count:
            return fmt::format("{:.15g}", value);
        case Unit::cores:
            return fmt::format("{:.3g} cores", value);
        case Unit::bytes:
            return format_size(static_cast<std::uint64_t>(value));
        case Unit::number:
            return fmt::format("{:.6g}", value);
    }
    return {};
}

std::string describe(const Expression& expression, const Evaluation& evaluation) {
    const std::string name =
        expression.task.empty() ? expression.metric : expression.task + ":" + expression.metric;
    if (!evaluation.value) return name + " without a sample";
    if (!std::isfinite(*evaluation.value))
        return name + " of infinity, since failed requests count as infinitely slow";
    return fmt::format("{} of {}", name, format_value(*evaluation.value, expression.unit));
}

}  // namespace mettle::results
