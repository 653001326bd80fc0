#pragma once

// `[TASK:]METRIC OP VALUE`: what --fail-if, --abort-if and --slo are written in. --fail-if fails
// when one is true; --slo must hold. Latency metrics count from the due time and, as quantiles,
// over all attempts: a failed one is infinitely slow, so that a dying server never looks fast.

#include "mettle/base/result.hpp"
#include "mettle/base/units.hpp"
#include "mettle/results/run_result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mettle::results {

enum class Op { less, at_most, greater, at_least };
std::string_view symbol_of(Op op);  // "<="

// What a metric's numbers are, and how its VALUE is written.
enum class Unit {
    ms,      // "250us", "20ms", "1.5s"
    rps,     // "500", "2k"
    share,   // "0.1%"
    count,   // "5"
    cores,   // "1.5", or "150%"
    bytes,   // "512MiB"
    number,  // "0.95": of an own metric, in the metric's own unit
};
std::string_view name_of(Unit unit);

// A value that can be copied and compared. `metric` is one of those that parse_expression() knows.
struct Expression {
    bool operator==(const Expression&) const = default;

    std::string to_string() const;  // As parse_expression() reads it back.

    std::string task;    // Empty: all tasks together.
    std::string metric;  // "p99", "service_p50", "error_rate"
    Op op = Op::less;
    Unit unit = Unit::ms;
    double value = 0;  // In `unit`; a share is between 0 and 1.
};

// Metrics: min mean p01 … p99 p999 p9999 p99999 max (and each with service_, from the send), rps,
// goodput (right answers a second), error_rate and wrong_answers (a % or a count), failures,
// requests, send_lag_p99, target_cpu, target_rss.
//
// With own metrics, other names are those of a scenario's or protocol's: a counter's sum or
// NAME_per_s, the share of a rate (a %), and NAME_min, _mean, _p50, ..., _max or _count of a
// trend; `ttft_p99` finds a trend of the name ttft or ttft_ms. Their values are numbers, times or a
// %. Whether there is one is for evaluate() to find out.
enum class OwnMetrics { refused, taken };
Result<Expression> parse_expression(std::string_view text, OwnMetrics own = OwnMetrics::refused);

// The metric is none of those above.
bool is_own_metric(const Expression& expression);
// Of an own metric's expression: "hits" of "hits_per_s". Whether `name` is what it is about.
bool is_about(const Expression& expression, std::string_view name, std::string_view unit);

// "EXPR for 10s", as --abort-if takes it: true for that long without a break. Without "for": once.
struct LastingExpression {
    bool operator==(const LastingExpression&) const = default;

    Expression expression;
    Duration length = Duration::zero();
};
Result<LastingExpression> parse_lasting_expression(std::string_view text,
                                                   OwnMetrics own = OwnMetrics::refused);

// What a run says to an expression.
struct Evaluation {
    // In the expression's unit, infinite for a quantile that falls on failures; nothing where the
    // run has no sample of it, or no task of that name.
    std::optional<double> value;
    bool is_true = false;  // False without a value.
    // A lagging generator may be the reason that `is_true` says what it says: a latency from the
    // due time whose twin from the send says otherwise, or a rate that was not reached.
    bool lag_may_explain = false;
};
Evaluation evaluate(const Expression& expression, const RunResult& run);

// "p99 of 31.2 ms", "error_rate of 0.2%", "p99 of infinity (failures)": for verdicts.
std::string describe(const Expression& expression, const Evaluation& evaluation);

// A value in its unit: "31.2 ms", "0.2%", "1,234 rps".
std::string format_value(double value, Unit unit);

// The metric from the due time has a twin from the send.
bool is_due_latency(const Expression& expression);

}  // namespace mettle::results
