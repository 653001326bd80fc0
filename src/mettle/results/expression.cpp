#include "mettle/results/expression.hpp"

#include "mettle/results/metric_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace mettle::results {

namespace {

constexpr std::string_view kMetrics =
    "min, mean, p50, p90, p95, p99, p999, max (each also with service_), rps, goodput, error_rate, "
    "wrong_answers, failures, requests, send_lag_p99, target_cpu, target_rss";
constexpr std::string_view kForm = "write [TASK:]METRIC OP VALUE, as in p99>50ms or error_rate>1%";

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
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

// Of an own metric: the form says the unit.
Result<Value> parse_own_value(std::string_view text) {
    if (text.ends_with('%')) return parse_share_or_count(text);
    if (text.ends_with('s')) return parse_time(text);
    const auto number = parse_number(text);
    if (!number) return std::unexpected(number.error());
    return Value{*number, Unit::number};
}

bool is_name(std::string_view text) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
}

Result<Value> parse_value(std::string_view text, Unit unit) {
    switch (unit) {
        case Unit::number:
            return parse_own_value(text);
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

std::string_view name_of(Unit unit) {
    switch (unit) {
        case Unit::ms:
            return "ms";
        case Unit::rps:
            return "rps";
        case Unit::share:
            return "share";
        case Unit::count:
            return "count";
        case Unit::cores:
            return "cores";
        case Unit::bytes:
            return "bytes";
        case Unit::number:
            return "number";
    }
    return "?";
}

bool is_own_metric(const Expression& expression) {
    return !unit_of(expression.metric);
}

Result<Expression> parse_expression(std::string_view text, OwnMetrics own) {
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
    auto unit = unit_of(expression.metric);
    if (!unit && own == OwnMetrics::taken && expression.task.empty() && is_name(metric)) {
        expression.metric = metric;
        unit = Unit::number;
    }
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

Result<LastingExpression> parse_lasting_expression(std::string_view text, OwnMetrics own) {
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
    auto expression = parse_expression(rest, own);
    if (!expression) return std::unexpected(expression.error());
    lasting.expression = std::move(*expression);
    return lasting;
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
