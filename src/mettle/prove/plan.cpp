#include "mettle/prove/plan.hpp"

#include "mettle/protocols/target.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;

constexpr std::array kStages = {StageName::cold_start, StageName::correctness, StageName::steady,
                                StageName::capacity, StageName::overload};
constexpr double kLeastFactor = 1.0 / 3;
// Starting the target, asking it and winding each run down.
constexpr Duration kOverhead = 500ms;

Duration expected_of(StageName stage, const Profile& profile, bool bracket) {
    switch (stage) {
        case StageName::cold_start:
            return profile.cold_starts * profile.cold_start_each;
        case StageName::correctness:
            return kOverhead + static_cast<int>(profile.concurrency.size()) * profile.level;
        case StageName::steady:
            // Without --expect some five probes find the rate first.
            return kOverhead + profile.unloaded + profile.steady +
                   (bracket ? 5 * profile.probe : Duration::zero());
        case StageName::capacity:
            return profile.capacity;
        case StageName::overload:
            return kOverhead + 18 * profile.overload / 5 + profile.recovery;
    }
    return {};
}

// Somebody else's machine is not overloaded unasked.
bool is_elsewhere(const ProveOptions& options) {
    if (!is_url(options.target) || options.allow_overload) return false;
    const auto url = protocols::parse_target_url(options.target);
    return url && !url->url.is_loopback();
}

bool wanted(StageName stage, const ProveOptions& options) {
    return options.stages_only.empty() ||
           std::ranges::find(options.stages_only, name_of(stage)) != options.stages_only.end();
}

std::vector<PlannedStage> stages_of(const ProveOptions& options, const Profile& profile) {
    std::vector<PlannedStage> stages;
    for (const StageName stage : kStages) {
        PlannedStage planned{stage, expected_of(stage, profile, !options.expect_rps), ""};
        if (!wanted(stage, options)) {
            planned.skipped = "left out by --stages-only";
        } else if (stage == StageName::cold_start && is_url(options.target)) {
            planned.skipped = "the target is a URL, which prove cannot start";
        } else if (stage == StageName::overload && is_elsewhere(options)) {
            planned.skipped = "the target is not on loopback: --allow-overload";
        }
        stages.push_back(std::move(planned));
    }
    return stages;
}

Plan plan_with(const ProveOptions& options, const Profile& profile) {
    Plan plan;
    plan.stages = stages_of(options, profile);
    plan.profile = profile;
    plan.budget = options.budget.value_or(profile.budget);
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

std::string_view name_of(StageName stage) {
    switch (stage) {
        case StageName::cold_start:
            return "cold_start";
        case StageName::correctness:
            return "correctness";
        case StageName::steady:
            return "steady";
        case StageName::capacity:
            return "capacity";
        case StageName::overload:
            return "overload";
    }
    return "";
}

std::string_view question_of(StageName stage) {
    switch (stage) {
        case StageName::cold_start:
            return "How long from exec to the first right answer?";
        case StageName::correctness:
            return "Are the answers right, and do they stay right under load?";
        case StageName::steady:
            return "Does it hold the SLO at the expected rate?";
        case StageName::capacity:
            return "Up to which rate does it hold the SLO, and what gives out then?";
        case StageName::overload:
            return "What happens beyond that, and is it well again afterwards?";
    }
    return "";
}

Result<StageName> stage_named(std::string_view name) {
    for (const StageName stage : kStages) {
        if (name_of(stage) == name) return stage;
    }
    return fail(
        Error::Kind::invalid_input,
        fmt::format("there is no stage '{}': cold_start, correctness, steady, capacity or overload",
                    name));
}

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
    const auto profile = profile_named(options.profile);
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
