#pragma once

#include "mettle/base/result.hpp"
#include "mettle/prove/options.hpp"
#include "mettle/prove/profile.hpp"
#include "mettle/prove/stage_kinds.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mettle::prove {

struct PlannedStage {
    StageName stage = StageName::cold_start;
    Duration expected{};
    std::string skipped;  // Why it will not run; empty: it will.
};

// What will be done, and how long that should take.
struct Plan {
    Duration expected() const;
    bool has(StageName stage) const;
    std::string to_string() const;  // A line a stage, and the sum.

    std::vector<PlannedStage> stages;
    Profile profile;  // With its times fitted to the budget.
    Duration budget{};
};

// Load times shrink to no less than a third of the profile's to fit a budget; a smaller budget is
// refused, and the error says what would fit.
Result<Plan> make_plan(const ProveOptions& options);

}  // namespace mettle::prove
