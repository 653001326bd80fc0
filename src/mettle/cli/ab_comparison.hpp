#pragma once

// Measures two sides pair by pair until analysis/paired_trial.hpp has its verdict, the budget is
// used up or the user has had enough.

#include "mettle/cli/ab_side.hpp"
#include "mettle/results/comparison.hpp"

#include <optional>
#include <stop_token>

namespace mettle::cli {

struct AbOptions {
    double threshold = 0.05;
    std::optional<int> pairs;        // At most; else what the budget holds, up to kMostPairs.
    std::optional<Duration> budget;  // Of all of it; else 4 minutes, or with `pairs` none.
    Duration warmup = std::chrono::milliseconds(500);
    bool by_turns = false;  // Else both sides of a pair are loaded at the same moment.
    bool force = false;     // Compares unlike requests and INVALID runs, too.
    std::uint64_t seed = 1;

    static constexpr int kMostPairs = 45;
    static constexpr Duration kBudget = std::chrono::minutes(4);
};

// Throws StartupError for what is wrong before the first pair. `began`: when the budget began.
results::Comparison compare_sides(AbSide& a, AbSide& b, const AbOptions& options, TimePoint began,
                                  const std::stop_token& stop);

}  // namespace mettle::cli
