#include "mettle/prove/plan.hpp"

#include "mettle/prove/profile_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace mettle::prove {
namespace {

constexpr double kLeastFactor = 1.0 / 3;
bool wanted(StageName stage, const ProveOptions& options) {
    return options.stages_only.empty() ||
           std::ranges::find(options.stages_only, name_of(stage)) != options.stages_only.end();
}

std::vector<PlannedStage> stages_of(const ProveOptions& options, const Profile& profile) {
    std::vector<PlannedStage> stages;
    for (const StageKind& kind : stage_kinds()) {
        PlannedStage planned{kind.stage, kind.expected(options, profile), ""};
        planned.skipped =
            wanted(kind.stage, options) ? kind.why_not(options) : "left out by --stages-only";
        stages.push_back(std::move(planned));
    }
    return stages;
}

Plan plan_with(const ProveOptions& options, const Profile& profile) {
    Plan plan;
    plan.stages = stages_of(options, profile);
    plan.profile = profile;
    plan.profile.start_limit = options.start_limit.value_or(profile.start_limit);
    plan.budget = options.budget.value_or(profile.budget + options.soak.value_or(Duration::zero()));
    return plan;
}

// The largest set of the wanted stages, from the front, that the budget would hold.
std::string what_fits(const Plan& least) {
    std::vector<std::string_view> names;
    Duration sum{};
    for (const PlannedStage& planned : least.stages) {
        if (!planned.skipped.empty()) continue;
        if (sum + planned.expected > least.budget) break;
        sum += planned.expected;
        names.push_back(name_of(planned.stage));
    }
    if (names.empty()) return "";
    return fmt::format("; --stages-only {} would fit", fmt::join(names, ","));
}

}  // namespace

Duration Plan::expected() const {
    Duration sum{};
    for (const PlannedStage& planned : stages) {
        if (planned.skipped.empty()) sum += planned.expected;
    }
    return sum;
}

bool Plan::has(StageName stage) const {
    return std::ranges::any_of(stages, [&](const PlannedStage& planned) {
        return planned.stage == stage && planned.skipped.empty();
    });
}

std::string Plan::to_string() const {
    std::string text;
    for (const PlannedStage& planned : stages) {
        const std::string time = planned.skipped.empty() ? format_duration(planned.expected)
                                                         : "skipped: " + planned.skipped;
        text += fmt::format("  {:<12} {:>8}  {}\n", name_of(planned.stage),
                            planned.skipped.empty() ? time : "-",
                            planned.skipped.empty() ? question_of(planned.stage) : time);
    }
    return text + fmt::format("  {:<12} {:>8}  profile {}, budget {}\n", "in all",
                              format_duration(expected()), profile.name, format_duration(budget));
}

Result<Plan> make_plan(const ProveOptions& options) {
    if (const auto checked = check(options); !checked) return std::unexpected(checked.error());
    const auto profile = profile_at(options.profile);
    if (!profile) return std::unexpected(profile.error());
    for (const std::string& name : options.stages_only) {
        if (const auto stage = stage_named(name); !stage) return std::unexpected(stage.error());
    }
    Plan plan = plan_with(options, *profile);
    if (plan.expected() == Duration::zero())
        return fail(Error::Kind::invalid_input,
                    "no stage is left to run: " + plan.stages.front().skipped);
    if (plan.expected() <= plan.budget) return plan;
    const Plan least = plan_with(options, scaled(*profile, kLeastFactor));
    if (least.expected() > least.budget) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("a budget of {} is too small: these stages need at least {}{}",
                                format_duration(plan.budget), format_duration(least.expected()),
                                what_fits(least)));
    }
    // Expected time is linear in the factor.
    const double span = std::chrono::duration<double>(plan.expected() - least.expected()).count();
    const double over = std::chrono::duration<double>(plan.expected() - plan.budget).count();
    return plan_with(options, scaled(*profile, 1 - (1 - kLeastFactor) * over / span));
}

}  // namespace mettle::prove
