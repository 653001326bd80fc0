#include "mettle/prove/slo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mettle::prove {
namespace {

using results::Evaluation;
using results::Expression;
using results::Op;

constexpr double kMostMargin = 2;

double margin_of(const Expression& expression, const Evaluation& evaluation) {
    if (!evaluation.value) return kMostMargin;
    const bool upper = expression.op == Op::less || expression.op == Op::at_most;
    const double above = upper ? *evaluation.value : expression.value;
    const double below = upper ? expression.value : *evaluation.value;
    if (above <= 0) return evaluation.is_true ? -kMostMargin : 0;
    if (below <= 0 || std::isinf(above)) return kMostMargin;
    const double margin = std::clamp(std::log(above / below), -kMostMargin, kMostMargin);
    // Equal to the limit is a breach of `<` and none of `<=`; the sign must say which.
    return evaluation.is_true ? std::min(margin, -1e-9) : std::max(margin, 1e-9);
}

bool says_something_at_any_rate(const Expression& expression) {
    return expression.unit == results::Unit::ms || expression.unit == results::Unit::share;
}

}  // namespace

Result<Slo> Slo::parse(const std::vector<std::string>& expressions) {
    Slo slo;
    for (const std::string& text : expressions) {
        auto parsed = results::parse_expression(text);
        if (!parsed) {
            return fail(parsed.error().kind, "--slo " + parsed.error().message);
        }
        slo.expressions_.push_back(std::move(*parsed));
    }
    return slo;
}

Slo Slo::assumed(double error_rate, double p99_floor_ms, double factor, double unloaded_p99_ms) {
    Slo slo;
    const double limit = std::max(p99_floor_ms, factor * unloaded_p99_ms);
    slo.expressions_ = {{"", "error_rate", Op::less, results::Unit::share, error_rate},
                        {"", "p99", Op::less, results::Unit::ms, limit}};
    return slo;
}

std::vector<std::string> Slo::texts() const {
    std::vector<std::string> texts;
    for (const Expression& expression : expressions_) texts.push_back(expression.to_string());
    return texts;
}

Slo Slo::for_search() const {
    Slo slo;
    std::ranges::copy_if(expressions_, std::back_inserter(slo.expressions_),
                         says_something_at_any_rate);
    return slo;
}

std::vector<SloFinding> Slo::judge(const results::RunResult& run) const {
    std::vector<SloFinding> findings;
    for (const Expression& expression : expressions_) {
        const auto evaluation = results::evaluate(expression, run);
        findings.push_back({expression, evaluation, evaluation.value && evaluation.is_true,
                            margin_of(expression, evaluation)});
    }
    return findings;
}

bool all_hold(const std::vector<SloFinding>& findings) {
    return std::ranges::all_of(findings, &SloFinding::holds);
}

bool lag_may_explain(const std::vector<SloFinding>& findings) {
    return std::ranges::all_of(findings, [](const SloFinding& finding) {
        return finding.holds || finding.evaluation.lag_may_explain;
    });
}

const SloFinding& binding(const std::vector<SloFinding>& findings) {
    // Far beyond the limit both are at the clamp: requests fail because they are too slow, so the
    // latency is the one to name.
    return *std::ranges::max_element(findings, {}, [](const SloFinding& finding) {
        return std::pair(finding.margin, finding.expression.unit == results::Unit::ms);
    });
}

std::vector<std::string> breaches(const std::vector<SloFinding>& findings) {
    std::vector<std::string> texts;
    for (const SloFinding& finding : findings) {
        if (finding.holds) continue;
        texts.push_back(fmt::format("{}, where {} must hold",
                                    results::describe(finding.expression, finding.evaluation),
                                    finding.expression.to_string()));
    }
    return texts;
}

std::optional<double> quantile_of(const Expression& expression) {
    const std::string& metric = expression.metric;
    if (metric.size() < 3 || metric[0] != 'p') return {};
    double value = 0, scale = 1;
    for (const char digit : metric.substr(1)) {
        if (digit < '0' || digit > '9') return {};
        scale /= 10;
        value += (digit - '0') * scale;
    }
    return value;
}

std::optional<double> tightest_ms(const Slo& slo) {
    std::optional<double> least;
    for (const auto& expression : slo.expressions()) {
        if (quantile_of(expression)) least = std::min(least.value_or(1e9), expression.value);
    }
    return least;
}

}  // namespace mettle::prove
