#include "mettle/prove/stage_kinds.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/protocols/target.hpp"
#include "mettle/prove/stages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ranges>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;

// Starting the target, asking it and winding each run down.
constexpr Duration kOverhead = 500ms;

std::string nothing_against(const ProveOptions&) {
    return "";
}

std::string not_ours_to_start(const ProveOptions& options) {
    if (!options.starts_target()) return "the target is a URL, which prove cannot start";
    if (!options.command.empty() && !takes_port(options.command))
        return "the command has a port of its own, so it can't be started beside itself: {port}";
    return "";
}

// Somebody else's machine is not overloaded unasked.
std::string not_ours_to_overload(const ProveOptions& options) {
    if (options.starts_target() || options.allow_overload) return "";
    const auto url = protocols::parse_target_url(options.target);
    return url && !url->url.is_loopback() ? "the target is not on loopback: --allow-overload" : "";
}

std::string nothing_to_watch_grow(const ProveOptions& options) {
    if (!options.watch) return "nothing is watched: --no-monitor";
    const auto& only = options.stages_only;
    const bool steady = only.empty() || std::ranges::find(only, "steady") != only.end();
    return steady || options.soak ? "" : "it needs the steady stage, or a time of its own: --soak";
}

// A quick look has no time for it.
std::string not_at_a_quick_look(const ProveOptions& options) {
    if (options.profile != "quick" || !options.stages_only.empty()) return "";
    return "the profile quick leaves it out: --stages-only payload";
}

constexpr std::array kKinds = {
    StageKind{
        .stage = StageName::cold_start,
        .name = "cold_start",
        .question = "How long from exec to the first right answer?",
        .expected = [](const ProveOptions&, const Profile& profile) -> Duration {
            return profile.cold_starts * profile.cold_start_each;
        },
        .why_not = not_ours_to_start,
        .run = [](StageContext& context) { return prove_cold_start(context.bench); },
    },
    StageKind{
        .stage = StageName::correctness,
        .name = "correctness",
        .question = "Are the answers right, and do they stay right under load?",
        .expected = [](const ProveOptions&, const Profile& profile) -> Duration {
            return kOverhead + static_cast<int>(profile.concurrency.size()) * profile.level;
        },
        .why_not = nothing_against,
        .run = [](StageContext& context) { return prove_correctness(context.bench); },
    },
    StageKind{
        .stage = StageName::steady,
        .name = "steady",
        .question = "Does it hold the SLO at the expected rate?",
        // Without --expect some five probes find the rate first.
        .expected = [](const ProveOptions& options, const Profile& profile) -> Duration {
            const Duration bracket = options.expect_rps ? Duration::zero() : 5 * profile.probe;
            return kOverhead + profile.unloaded + profile.steady + bracket;
        },
        .why_not = nothing_against,
        .run = [](StageContext& context) { return prove_steady(context.bench, context.search); },
    },
    StageKind{
        .stage = StageName::capacity,
        .name = "capacity",
        .question = "Up to which rate does it hold the SLO, and what gives out then?",
        .expected = [](const ProveOptions&, const Profile& profile) { return profile.capacity; },
        .why_not = nothing_against,
        .run =
            [](StageContext& context) {
                return prove_capacity(context.bench, context.search, context.capacity);
            },
        .repeats_itself = true,
    },
    StageKind{
        .stage = StageName::payload,
        .name = "payload",
        .question = "What do larger requests cost, and how large should they be?",
        // One at a time is looked at twice as long.
        .expected = [](const ProveOptions&, const Profile& profile) -> Duration {
            const auto cells = profile.payload_rows.size() * (profile.payload_users.size() + 1);
            return kOverhead + static_cast<int>(cells) * profile.payload;
        },
        .why_not = not_at_a_quick_look,
        .run = [](StageContext& context) { return prove_payload(context.bench); },
        .repeats_itself = true,
    },
    StageKind{
        .stage = StageName::overload,
        .name = "overload",
        .question = "What happens beyond that, and is it well again afterwards?",
        .expected = [](const ProveOptions&, const Profile& profile) -> Duration {
            const auto levels = static_cast<int>(profile.overload_multiples.size());
            return kOverhead + levels * 6 * profile.overload / 5 + profile.recovery;
        },
        .why_not = not_ours_to_overload,
        .run = [](StageContext& context) { return prove_overload(context.bench, context.search); },
    },
    StageKind{
        .stage = StageName::soak,
        .name = "soak",
        .question = "Does it stay as it is, or does something grow?",
        // Without --soak the steady stage's run is looked at.
        .expected = [](const ProveOptions& options, const Profile&) -> Duration {
            return options.soak ? *options.soak + kOverhead : Duration::zero();
        },
        .why_not = nothing_to_watch_grow,
        .run =
            [](StageContext& context) {
                return prove_soak(context.bench, context.search, context.options.soak);
            },
        .repeats_itself = true,
    },
};

}  // namespace

std::span<const StageKind> stage_kinds() {
    return kKinds;
}

const StageKind& kind_of(StageName stage) {
    const auto* const found = std::ranges::find(kKinds, stage, &StageKind::stage);
    METTLE_ASSERT(found != kKinds.end());
    return *found;
}

Result<StageName> stage_named(std::string_view name) {
    for (const StageKind& kind : kKinds) {
        if (kind.name == name) return kind.stage;
    }
    return fail(Error::Kind::invalid_input,
                fmt::format("there is no stage '{}'; there are {}", name, stage_names()));
}

std::string stage_names() {
    return fmt::format("{}", fmt::join(kKinds | std::views::transform(&StageKind::name), ","));
}

}  // namespace mettle::prove
