#include "mettle/results/abort_watch.hpp"

#include <fmt/format.h>

#include <chrono>

namespace mettle::results {

AbortWatch::AbortWatch(const std::vector<LastingExpression>& expressions) {
    for (const LastingExpression& expression : expressions) spells_.push_back({expression});
}

std::optional<std::string> AbortWatch::add(const RunResult& window) {
    for (Spell& spell : spells_) {
        const Expression& expression = spell.expression.expression;
        const Evaluation evaluation = evaluate(expression, window);
        if (!evaluation.value) continue;
        spell.any = evaluation.is_true;
        spell.true_for_s = evaluation.is_true ? spell.true_for_s + window.duration_s : 0;
        // A second is never exactly one.
        const double wanted_s = std::chrono::duration<double>(spell.expression.length).count();
        if (spell.any && spell.true_for_s >= wanted_s - 0.05) {
            return fmt::format("--abort-if '{}' was true for {}: {}", expression.to_string(),
                               format_duration(spell.expression.length),
                               describe(expression, evaluation));
        }
    }
    return {};
}

}  // namespace mettle::results
