#include "mettle/analysis/paired_trial.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace mettle::analysis {
namespace {

RunMetrics run(double p50, double error_rate = 0) {
    return {{"p50", p50}, {"error_rate", error_rate}};
}

TEST(PairedTrial, BeginsPairsWithEachSideInTurn) {
    PairedTrial trial({});
    EXPECT_TRUE(trial.a_first());
    trial.add(run(1), run(1));
    EXPECT_FALSE(trial.a_first());
    trial.add(run(1), run(1));
    EXPECT_TRUE(trial.a_first());
}

TEST(PairedTrial, EndsAtTheFirstLookThatDecides) {
    PairedTrial trial({.most_pairs = 20});
    for (int pair = 0; pair < 7; ++pair) {
        trial.add(run(10 + 0.01 * pair), run(10.02 - 0.01 * pair));
        EXPECT_FALSE(trial.done());
    }
    trial.add(run(10), run(10));
    EXPECT_TRUE(trial.done());
    EXPECT_EQ(trial.found().change, Change::pass);
    EXPECT_EQ(trial.taken(), (std::vector<Look>{{8, 0.02 / 6}}));
}

TEST(PairedTrial, EndsUndecidedWhenNoPairIsLeft) {
    PairedTrial trial({.most_pairs = 9});
    for (int pair = 0; pair < 9; ++pair)
        trial.add(run(10), run(10.2 * (1 + 0.3 * std::sin(5 * pair))));
    EXPECT_TRUE(trial.done());
    EXPECT_EQ(trial.found().change, Change::inconclusive);
    EXPECT_EQ(trial.taken().size(), 2U);
}

TEST(PairedTrial, SpendsWhatIsLeftOfTheDoubtWhenTimeIsOut) {
    PairedTrial trial({.most_pairs = 20});
    for (int pair = 0; pair < 5; ++pair) trial.add(run(10 + 0.01 * pair), run(12 + 0.02 * pair));
    trial.finish();
    EXPECT_TRUE(trial.done());
    EXPECT_EQ(trial.found().change, Change::regression);
    EXPECT_EQ(trial.taken(), (std::vector<Look>{{5, 0.01}}));
}

TEST(PairedTrial, BlamesErrorsThatOnlyOneSideHas) {
    PairedTrial trial({.most_pairs = 8});
    // Without one good answer there is no latency.
    for (int pair = 0; pair < 8; ++pair) trial.add(run(10), {{"error_rate", 1}});
    EXPECT_EQ(trial.found().change, Change::regression);
    ASSERT_EQ(trial.found().metrics.size(), 1U);
    EXPECT_EQ(trial.found().metrics[0].name, "error_rate");
}

TEST(PairedTrial, OfNothingInCommonIsUndecided) {
    PairedTrial trial({.most_pairs = 1});
    trial.add({{"p50", 1}}, {{"p99", 1}});
    EXPECT_TRUE(trial.done());
    EXPECT_EQ(trial.found().change, Change::inconclusive);
}

TEST(ComparedRuns, TellsWhatDecidedAndWhatIsMissing) {
    const std::vector<RunMetrics> a(4, run(10)), b(4, run(12));
    results::Comparison comparison;
    fill(comparison, judge(compared_metrics(a, b, 0.05), {}), a, b);
    EXPECT_EQ(comparison.change, Change::regression);
    ASSERT_EQ(comparison.metrics.size(), 2U);
    EXPECT_EQ(comparison.metrics[0].unit, "ms");
    EXPECT_EQ(comparison.metrics[1].a, std::vector<double>(4, 0.0));
    ASSERT_EQ(comparison.reasons.size(), 1U);
    EXPECT_EQ(comparison.reasons[0].substr(0, 24), "p50 changed by +20.0 % (");

    results::Comparison few;
    fill(few, judge(compared_metrics({run(10)}, {run(10)}, 0.05), {}), {run(10)}, {run(10)});
    EXPECT_EQ(few.change, Change::inconclusive);
    EXPECT_FALSE(few.metrics[0].low);
    EXPECT_NE(few.reasons[0].find("3 more runs"), std::string::npos) << few.reasons[0];
}

// What `mettle compare --ab` meets on a shared machine, in simulated time: a level of the host that
// both runs of a pair have, noise of each run, and one run in twenty that a neighbour disturbed.
class SimulatedHost {
public:
    explicit SimulatedHost(std::uint64_t seed) : random_(seed) {}

    void add_pair(PairedTrial& trial, double slower) {
        drift_ = 0.9 * drift_ + 0.03 * normal();
        RunMetrics a = a_run(), b = a_run();
        for (const char* metric : {"p50", "p99", "cold_start"}) b[metric] *= slower;
        b["throughput"] /= slower;
        trial.add(std::move(a), std::move(b));
    }

private:
    RunMetrics a_run() {
        const double level = drift_ + disturbance();
        return {{"p50", std::exp(level + 0.015 * normal())},
                {"p99", std::exp(level + 0.05 * normal())},
                {"throughput", std::exp(-level + 0.015 * normal())},
                {"memory", std::exp(0.005 * normal())},
                {"cold_start", std::exp(level + 0.04 * normal())},
                {"error_rate", 0}};
    }
    double normal() { return std::normal_distribution<>()(random_); }
    double disturbance() {
        return std::bernoulli_distribution(0.05)(random_) ? std::abs(0.2 * normal()) : 0;
    }

    std::mt19937_64 random_;
    double drift_ = 0;
};

struct Rates {
    std::array<double, 3> share{};  // By Change.
    double mean_pairs = 0;
};

// 45 pairs of runs of 2 s and their warm-up are 4 minutes.
Rates rates(double slower, int comparisons, double threshold = 0.05) {
    Rates rates;
    for (int turn = 0; turn < comparisons; ++turn) {
        const auto seed = 5000 + static_cast<std::uint64_t>(turn);
        SimulatedHost host(seed);
        PairedTrial trial({.threshold = threshold, .most_pairs = 45, .seed = seed});
        while (!trial.done()) host.add_pair(trial, slower);
        rates.share[static_cast<std::size_t>(trial.found().change)] += 1.0 / comparisons;
        rates.mean_pairs += trial.pairs() / static_cast<double>(comparisons);
    }
    fmt::print(
        "  B {:+5.1f} %, {:.0f} % count: regression {:5.1f} %, pass {:5.1f} %, inconclusive "
        "{:5.1f} %, {:4.1f} "
        "pairs on average\n",
        100 * (slower - 1), 100 * threshold, 100 * rates.share[1], 100 * rates.share[0],
        100 * rates.share[2], rates.mean_pairs);
    return rates;
}

TEST(PairedTrialRates, FewFalseAlarmsAndFewMissedSlowDowns) {
    fmt::print("40 simulated comparisons of six metrics each, at most 45 pairs of runs:\n");
    const Rates same = rates(1.00, 40);
    const Rates slower = rates(1.05, 40);
    rates(1.03, 20, 0.03);  // The next goal; printed.
    EXPECT_LE(same.share[static_cast<std::size_t>(Change::regression)], 0.02);
    EXPECT_LE(same.share[static_cast<std::size_t>(Change::inconclusive)], 0.05);
    EXPECT_GE(slower.share[static_cast<std::size_t>(Change::regression)], 0.90);
}

}  // namespace
}  // namespace mettle::analysis
