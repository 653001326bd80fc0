#pragma once

#include "mettle/results/expression.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mettle::results {

// Looks at each second of a run and says when an expression of --abort-if has been true of every
// one of them for as long as it asks. Pure.
class AbortWatch {
public:
    explicit AbortWatch(const std::vector<LastingExpression>& expressions);

    // A second of the run, by itself; the reason to end it, if there is one. A second without a
    // sample breaks no spell and makes none.
    std::optional<std::string> add(const RunResult& window);

private:
    struct Spell {
        LastingExpression expression;
        double true_for_s = 0;
        bool any = false;
    };
    std::vector<Spell> spells_;
};

}  // namespace mettle::results
