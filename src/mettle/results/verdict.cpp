#include "mettle/results/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::results {

namespace {

struct Fails {
    std::vector<std::string> certain;  // That no lag of the generator explains.
    std::vector<std::string> explainable;
    bool held_due_latency = false;  // A latency from the due time was asked for, and all such held.
};

Fails find_fails(const RunResult& run, const std::vector<Expression>& fail_if) {
    Fails fails;
    if (fail_if.empty() && run.totals.failures > 0) {
        fails.certain.push_back(
            fmt::format("{} of {} requests failed", run.totals.failures, run.totals.requests));
    }
    if (fail_if.empty() && !run.exceptions.empty()) {
        std::uint64_t count = 0;
        for (const ScriptException& each : run.exceptions) count += each.count;
        fails.certain.push_back(fmt::format("{} exception{} in {}: {}", count,
                                            count == 1 ? "" : "s", run.exceptions[0].where,
                                            run.exceptions[0].message));
    }
    bool due_latency_broke = false;
    for (const Expression& expression : fail_if) {
        const Evaluation evaluation = evaluate(expression, run);
        if (is_due_latency(expression) && evaluation.value) {
            fails.held_due_latency = true;
            due_latency_broke |= evaluation.is_true;
        }
        if (!evaluation.is_true) continue;
        auto& kind = evaluation.lag_may_explain ? fails.explainable : fails.certain;
        kind.push_back(fmt::format("--fail-if '{}' is true: {}", expression.to_string(),
                                   describe(expression, evaluation)));
    }
    fails.held_due_latency &= !due_latency_broke;
    return fails;
}

// Everything that is wrong with the run makes due-time latencies longer, never shorter.
bool only_lags(const Validity& validity) {
    constexpr std::string_view kOthers[] = {"requests", "littles_law"};
    return std::ranges::none_of(validity.checks, [&](const Validity::Check& check) {
        return !check.holds && std::ranges::find(kOthers, check.name) != std::end(kOthers);
    });
}

std::vector<std::string> invalid_sentences(const Validity& validity) {
    std::vector<std::string> sentences;
    for (const std::string& reason : validity.reasons) sentences.push_back("INVALID: " + reason);
    return sentences;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::vector<Threshold> thresholds_of(const RunResult& run, const std::vector<Expression>& fail_if) {
    std::vector<Expression> expressions = fail_if;
    if (expressions.empty())
        expressions.push_back(
            {.task = "", .metric = "failures", .op = Op::greater, .unit = Unit::count, .value = 0});
    std::vector<Threshold> thresholds;
    for (const Expression& expression : expressions) {
        const Evaluation evaluation = evaluate(expression, run);
        thresholds.push_back({expression.to_string(), evaluation.value,
                              std::string(name_of(expression.unit)),
                              describe(expression, evaluation), !evaluation.is_true});
    }
    return thresholds;
}

Verdict judge(const RunResult& run, const std::vector<Expression>& fail_if) {
    if (run.target_lost)
        return {ExitCode::unreachable, {"the target could not be reached, or went away for good"}};
    const Fails fails = find_fails(run, fail_if);
    Verdict verdict;
    const bool valid = run.validity.valid;
    const bool pass_holds = only_lags(run.validity) && fails.held_due_latency;
    if (!fails.certain.empty())
        verdict.code = ExitCode::failed;
    else if (!valid && !(pass_holds && fails.explainable.empty()))
        verdict.code = ExitCode::no_verdict;
    else if (!fails.explainable.empty())
        verdict.code = ExitCode::failed;
    append(verdict.sentences, fails.certain);
    if (!valid) append(verdict.sentences, invalid_sentences(run.validity));
    append(verdict.sentences, fails.explainable);
    return verdict;
}

}  // namespace mettle::results
