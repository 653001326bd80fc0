#include "mettle/results/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace mettle::results {

namespace {

constexpr std::string_view kMetrics =
    "min, mean, p50, p90, p95, p99, p999, max (each also with service_), rps, goodput, error_rate, "
    "wrong_answers, failures, requests, send_lag_p99, target_cpu, target_rss";
constexpr std::string_view kForm = "write [TASK:]METRIC OP VALUE, as in p99>50ms or error_rate>1%";
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// "p50" is 0.5, "p999" 0.999; nothing when it is no percentile.
std::optional<double> percentile(std::string_view name) {
    if (name.size() < 3 || name.size() > 6 || name[0] != 'p') return {};
    const std::string_view digits = name.substr(1);
    if (!std::ranges::all_of(digits, [](char digit) { return digit >= '0' && digit <= '9'; }))
        return {};
    // p100 would be a tenth: only nines can follow a second digit.
    if (digits.size() > 2 && digits.find_first_not_of('9') != std::string_view::npos) return {};
    double share = 0;
    for (std::size_t at = digits.size(); at-- > 0;) share = (share + (digits[at] - '0')) / 10;
    if (share <= 0) return {};
    return share;
}

std::string_view without_service(std::string_view metric) {
    constexpr std::string_view kService = "service_";
    return metric.starts_with(kService) ? metric.substr(kService.size()) : metric;
}

bool is_latency(std::string_view metric) {
    const std::string_view name = without_service(metric);
    return name == "min" || name == "mean" || name == "max" || percentile(name);
}

std::optional<Unit> unit_of(std::string_view metric) {
    if (is_latency(metric) || metric == "send_lag_p99") return Unit::ms;
    if (metric == "rps" || metric == "goodput") return Unit::rps;
    if (metric == "error_rate" || metric == "wrong_answers") return Unit::share;
    if (metric == "failures" || metric == "requests") return Unit::count;
    if (metric == "target_cpu") return Unit::cores;
    if (metric == "target_rss") return Unit::bytes;
    return {};
}

// "p99.9" is how many people write p999.
std::string canonical(std::string_view metric) {
    std::string name(metric);
    const auto dot = name.find("99.9");
    if (dot != std::string::npos) name.erase(dot + 2, 1);
    return name;
}

struct Value {
    double number = 0;
    Unit unit = Unit::ms;
};

Result<Value> parse_time(std::string_view text) {
    if (!text.empty() && text.back() >= '0' && text.back() <= '9') {
        return fail(
            Error::Kind::invalid_input,
            fmt::format("'{}' has no unit: write {}ms, {}us or {}s", text, text, text, text));
    }
    const auto duration = parse_duration(text);
    if (!duration) return std::unexpected(duration.error());
    return Value{std::chrono::duration<double, std::milli>(*duration).count(), Unit::ms};
}

Result<Value> parse_count(std::string_view text) {
    const auto number = parse_number(text);
    if (!number || *number < 0) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' is not a count: write a number from 0 on", text));
    }
    return Value{*number, Unit::count};
}

Result<Value> parse_share_or_count(std::string_view text) {
    if (text.ends_with('%')) {
        const auto share = parse_share(text);
        if (!share) return std::unexpected(share.error());
        return Value{*share, Unit::share};
    }
    auto count = parse_count(text);
    if (count && count->number > 0 && count->number < 1) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' is neither a count nor a percentage: write {}%", text,
                                count->number * 100));
    }
    return count;
}

Result<Value> parse_cores(std::string_view text) {
    const bool percent = text.ends_with('%');
    auto number = parse_count(percent ? text.substr(0, text.size() - 1) : text);
    if (number) *number = {percent ? number->number / 100 : number->number, Unit::cores};
    return number;
}

Result<Value> parse_value(std::string_view text, Unit unit) {
    switch (unit) {
        case Unit::ms:
            return parse_time(text);
        case Unit::share:
            return parse_share_or_count(text);
        case Unit::count:
            return parse_count(text);
        case Unit::cores:
            return parse_cores(text);
        case Unit::rps: {
            if (text == "0") return Value{0, Unit::rps};
            const auto rate = parse_rate(text);
            if (!rate) return std::unexpected(rate.error());
            return Value{*rate, Unit::rps};
        }
        case Unit::bytes: {
            const auto size = parse_size(text);
            if (!size) return std::unexpected(size.error());
            return Value{static_cast<double>(*size), Unit::bytes};
        }
    }
    return fail(Error::Kind::internal, "no such unit");
}

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

// Without an exponent, which the parsers of units do not take.
std::string plain(double value) {
    std::array<char, 400> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
    return {text.data(), end};
}

std::string exact_duration(std::int64_t ns) {
    constexpr std::array<std::pair<std::int64_t, std::string_view>, 3> kUnits = {
        {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}}};
    for (const auto& [unit, name] : kUnits) {
        if (ns % unit == 0) return fmt::format("{}{}", ns / unit, name);
    }
    return fmt::format("{}ns", ns);
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

struct Split {
    std::string_view left;
    Op op;
    std::string_view right;
};

// At the last operator, since a task's name may hold one.
std::optional<Split> split(std::string_view text) {
    const auto at = text.find_last_of("<>");
    if (at == std::string_view::npos) return {};
    const bool or_equal = at + 1 < text.size() && text[at + 1] == '=';
    const bool less = text[at] == '<';
    const Op op =
        less ? (or_equal ? Op::at_most : Op::less) : (or_equal ? Op::at_least : Op::greater);
    return Split{trim(text.substr(0, at)), op, trim(text.substr(at + (or_equal ? 2 : 1)))};
}

}  // namespace

std::string_view symbol_of(Op op) {
    switch (op) {
        case Op::less:
            return "<";
        case Op::at_most:
            return "<=";
        case Op::greater:
            return ">";
        case Op::at_least:
            return ">=";
    }
    return "?";
}

Result<Expression> parse_expression(std::string_view text) {
    const auto parts = split(text);
    if (!parts) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' has none of < <= > >=: {}", text, kForm));
    }
    Expression expression;
    expression.op = parts->op;
    std::string_view metric = parts->left;
    if (const auto colon = metric.rfind(':'); colon != std::string_view::npos) {
        expression.task = trim(metric.substr(0, colon));
        metric = trim(metric.substr(colon + 1));
        if (expression.task.empty()) {
            return fail(Error::Kind::invalid_input,
                        fmt::format("'{}' names no task before the colon: {}", text, kForm));
        }
    }
    expression.metric = canonical(metric);
    const auto unit = unit_of(expression.metric);
    if (!unit) {
        return fail(
            Error::Kind::invalid_input,
            fmt::format("'{}': there is no metric '{}'; there are {}", text, metric, kMetrics));
    }
    const auto value = parse_value(parts->right, *unit);
    if (!value) {
        return fail(value.error().kind, fmt::format("'{}': {}", text, value.error().message));
    }
    expression.unit = value->unit;
    expression.value = value->number;
    return expression;
}

Result<LastingExpression> parse_lasting_expression(std::string_view text) {
    LastingExpression lasting;
    std::string_view rest = text;
    if (const auto at = text.rfind(" for "); at != std::string_view::npos) {
        const auto length = parse_duration(trim(text.substr(at + 5)));
        if (!length) {
            return fail(length.error().kind, fmt::format("'{}': {}", text, length.error().message));
        }
        lasting.length = *length;
        rest = text.substr(0, at);
    }
    auto expression = parse_expression(rest);
    if (!expression) return std::unexpected(expression.error());
    lasting.expression = std::move(*expression);
    return lasting;
}

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

std::string Expression::to_string() const {
    std::string text = task.empty() ? metric : task + ":" + metric;
    text += symbol_of(op);
    switch (unit) {
        case Unit::ms:
            return text + exact_duration(std::llround(value * 1e6));
        case Unit::share:
            return text + plain(value * 100) + "%";
        default:
            return text + plain(value);
    }
}

}  // namespace mettle::results
