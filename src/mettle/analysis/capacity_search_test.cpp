#include "mettle/analysis/capacity_search.hpp"

#include "mettle/analysis/binomial_acceptance.hpp"
#include "mettle/analysis/simulated_queue_test.hpp"
#include "mettle/analysis/thinning.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace mettle::analysis {
namespace {

using Target = std::function<ProbeOutcome(const Probe&)>;

// A target that holds the SLO below `capacity` and misses it above, with no noise.
Target step_at(double capacity) {
    return [capacity](const Probe& probe) {
        const double margin = std::log(probe.rate / capacity);
        return ProbeOutcome{margin < 0 ? ProbeVerdict::pass : ProbeVerdict::fail, margin};
    };
}

std::vector<Probe> run(CapacitySearch& search, const Target& target) {
    std::vector<Probe> probes;
    while (const auto probe = search.next()) {
        probes.push_back(*probe);
        search.record(target(*probe));
        if (probes.size() > 100) ADD_FAILURE() << "does not end";
        if (probes.size() > 100) break;
    }
    return probes;
}

TEST(CapacitySearch, FindsAStepFromBelowAndFromAbove) {
    for (const double start : {1.0, 90.0, 5'000.0}) {
        SearchSettings settings;
        settings.start_rate = start;
        CapacitySearch search(settings);
        run(search, step_at(730));
        const auto found = search.result();
        ASSERT_TRUE(found.rps_pass && found.rps_fail) << start;
        EXPECT_LE(*found.rps_pass, 730);
        EXPECT_GT(*found.rps_pass, 730 * 0.95);
        EXPECT_GT(*found.rps_fail, 730);
    }
}

TEST(CapacitySearch, NeverExceedsTheMaximumRate) {
    SearchSettings settings;
    settings.max_rate = 300;
    CapacitySearch search(settings);
    const auto probes = run(search, step_at(730));
    for (const Probe& probe : probes) EXPECT_LE(probe.rate, 300);
    EXPECT_EQ(search.result().rps_pass, 300);
    EXPECT_TRUE(search.result().reached_max);
    EXPECT_FALSE(search.result().rps_fail);
}

TEST(CapacitySearch, GivesUpOnATargetThatNeverHolds) {
    SearchSettings settings;
    settings.most_bracket = 8;
    CapacitySearch search(settings);
    const auto probes =
        run(search, [](const Probe&) { return ProbeOutcome{ProbeVerdict::fail, 3}; });
    EXPECT_EQ(probes.size(), 8u);
    EXPECT_FALSE(search.result().rps_pass);
    EXPECT_GT(*search.result().rps_fail, 0);
}

// A hiccup of the host in the bracket: the rate is tried once more before it counts as failed.
TEST(CapacitySearch, DoubtsANarrowFailureOnce) {
    int turn = 0;
    CapacitySearch search({});
    run(search, [&](const Probe& probe) {
        if (++turn == 2) return ProbeOutcome{ProbeVerdict::fail, 0.3};
        return step_at(1000)(probe);
    });
    EXPECT_GT(*search.result().rps_pass, 950);
}

TEST(CapacitySearch, SaysWhenTheGeneratorIsTheLimit) {
    CapacitySearch search({});
    run(search, [](const Probe& probe) {
        if (probe.rate > 1000) return ProbeOutcome{ProbeVerdict::invalid, 0};
        return ProbeOutcome{ProbeVerdict::pass, -1};
    });
    const auto found = search.result();
    EXPECT_FALSE(found.rps_fail);
    ASSERT_TRUE(found.rps_pass && found.rps_invalid);
    EXPECT_GT(*found.rps_pass, 800);
    EXPECT_LE(*found.rps_pass, 1000);
}

TEST(CapacitySearch, TriesLowerWhenTheConfirmingRunIsRefused) {
    CapacitySearch search({});
    run(search, [](const Probe& probe) {
        // Short probes flatter: the queue has no time to build up.
        return step_at(probe.phase == SearchPhase::confirm ? 850 : 1000)(probe);
    });
    EXPECT_LE(*search.result().rps_pass, 850);
    EXPECT_GT(*search.result().rps_pass, 850 * 0.9);
    EXPECT_LE(*search.result().rps_fail, 1000);
}

TEST(CapacitySearch, ConfirmsWhatItHasWhenItMustHurry) {
    CapacitySearch search({});
    search.record({ProbeVerdict::pass, -1});
    search.record({ProbeVerdict::pass, -1});
    search.hurry();
    ASSERT_TRUE(search.next());
    EXPECT_EQ(search.next()->phase, SearchPhase::confirm);
    EXPECT_LE(search.next()->rate, 200);
    CapacitySearch nothing_known({});
    nothing_known.hurry();
    EXPECT_FALSE(nothing_known.next());
}

// ---- A queue whose capacity is known ----

constexpr double kServiceMs = 0.1, kLimitMs = 1;

double share_over(const std::vector<double>& sojourn_ms) {
    const auto over = std::ranges::count_if(sojourn_ms, [](double ms) { return ms > kLimitMs; });
    return static_cast<double>(over) / static_cast<double>(sojourn_ms.size());
}

// The rate at which 1 % of all requests are over the limit, from runs of 5 minutes.
double true_capacity() {
    double low = 5'000, high = 10'000;
    while (high - low > 10) {
        const double middle = (low + high) / 2;
        const bool holds = share_over(simulate_m_d_1(middle, kServiceMs, 300, 1)) < 0.01;
        (holds ? low : high) = middle;
    }
    return low;
}

ProbeOutcome probe_queue(const Probe& probe, std::uint64_t seed) {
    const bool confirming = probe.phase == SearchPhase::confirm;
    const double seconds = confirming ? 10 : 1.5;
    auto sojourn_ms = simulate_m_d_1(probe.rate, kServiceMs, seconds, seed);
    sojourn_ms.erase(sojourn_ms.begin(),
                     sojourn_ms.begin() + static_cast<std::ptrdiff_t>(sojourn_ms.size() / 10));
    auto sorted = sojourn_ms;
    const auto p99 = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 99 / 100);
    std::nth_element(sorted.begin(), p99, sorted.end());
    ProbeOutcome outcome{ProbeVerdict::pass, std::log(*p99 / kLimitMs)};
    if (outcome.margin > 0) outcome.verdict = ProbeVerdict::fail;
    if (!confirming) return outcome;
    std::vector<std::uint8_t> over;
    for (const double ms : sojourn_ms) over.push_back(ms > kLimitMs ? 1 : 0);
    const Thinned kept = thin(over);
    const bool accepted = static_cast<std::int64_t>(kept.over) <= most_over(kept.n, {});
    if (outcome.verdict == ProbeVerdict::pass && !accepted)
        outcome.verdict = ProbeVerdict::undecided;
    return outcome;
}

// 40 searches with different arrivals, at the hard end: the limit is ten service times, where the
// tail is long and bunched, so that 75,000 requests are worth some 1,500 independent ones.
TEST(CapacitySearch, LandsWithinFivePercentOfAKnownQueue) {
    const double truth = true_capacity();
    int estimates = 0, claims = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SearchSettings settings;
        settings.start_rate = 50;
        CapacitySearch search(settings);
        std::uint64_t turn = 0;
        run(search, [&](const Probe& probe) { return probe_queue(probe, seed * 1000 + ++turn); });
        const auto found = search.result();
        ASSERT_TRUE(found.rps_pass && found.rps_estimate) << "seed " << seed;
        if (std::abs(*found.rps_estimate / truth - 1) <= 0.05) ++estimates;
        // What is claimed at 99 % confidence may be modest, but not more than the truth.
        if (*found.rps_pass <= truth && *found.rps_pass >= truth * 0.9) ++claims;
    }
    EXPECT_GE(estimates, 36);
    EXPECT_GE(claims, 39);
}

}  // namespace
}  // namespace mettle::analysis
