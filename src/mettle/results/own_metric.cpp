#include "mettle/results/own_metric.hpp"

#include "mettle/results/metric_names.hpp"

#include <string>

namespace mettle::results {

namespace {

// What of a metric is asked for: "ttft_p99" is `p99` of "ttft".
struct Question {
    std::string_view name;
    std::string_view statistic;  // Empty: the metric itself.
};

bool is_statistic(std::string_view text) {
    return text == "min" || text == "mean" || text == "max" || text == "count" || percentile(text);
}

Question question_of(std::string_view text) {
    constexpr std::string_view kPerSecond = "_per_s";
    if (text.ends_with(kPerSecond))
        return {text.substr(0, text.size() - kPerSecond.size()), kPerSecond.substr(1)};
    const auto at = text.rfind('_');
    if (at == std::string_view::npos || !is_statistic(text.substr(at + 1))) return {text, {}};
    return {text.substr(0, at), text.substr(at + 1)};
}

// Units need not stand in an expression: "ttft" finds "ttft_ms".
bool is_named(std::string_view metric, std::string_view unit, std::string_view name) {
    if (metric == name) return true;
    return !unit.empty() && metric.size() == name.size() + 1 + unit.size() &&
           metric.starts_with(name) && metric[name.size()] == '_' && metric.ends_with(unit);
}

std::optional<double> statistic_of(const MetricResult& metric, std::string_view name,
                                   double duration_s) {
    const Histogram& values = metric.values;
    const auto in_units = [](std::int64_t value) {
        return static_cast<double>(value) / MetricResult::kPerUnit;
    };
    if (name == "count") return static_cast<double>(metric.count);
    if (name == "per_s") {
        if (metric.kind != MetricKind::counter || duration_s <= 0) return {};
        return metric.sum / duration_s;
    }
    if (metric.kind != MetricKind::trend || metric.count == 0) return {};
    if (name == "mean") return metric.mean();
    if (name == "min") return in_units(values.min());
    if (name == "max") return in_units(values.max());
    return in_units(values.quantile(*percentile(name)));
}

std::optional<double> itself(const MetricResult& metric) {
    switch (metric.kind) {
        case MetricKind::counter:
            return metric.sum;
        case MetricKind::rate:
            if (metric.count == 0) return {};
            return metric.mean();
        case MetricKind::trend:
            return {};
    }
    return {};
}

// A time in an expression is in ms, whatever the metric's unit is.
double in_unit_of(const Expression& expression, std::string_view unit, double value) {
    if (expression.unit != Unit::ms) return value;
    if (unit == "s") return value * 1e3;
    if (unit == "us") return value / 1e3;
    return value;
}

}  // namespace

bool is_about(const Expression& expression, std::string_view name, std::string_view unit) {
    return is_named(name, unit, expression.metric) ||
           is_named(name, unit, question_of(expression.metric).name);
}

std::optional<double> own_metric_value(const Expression& expression, const RunResult& run) {
    const Question question = question_of(expression.metric);
    for (const MetricResult& metric : run.metrics) {
        // One that ends as a statistic does is itself first.
        const bool whole = is_named(metric.name, metric.unit, expression.metric);
        if (!whole && !is_named(metric.name, metric.unit, question.name)) continue;
        const auto value = whole || question.statistic.empty()
                               ? itself(metric)
                               : statistic_of(metric, question.statistic, run.duration_s);
        if (value) return in_unit_of(expression, metric.unit, *value);
    }
    return {};
}

}  // namespace mettle::results
