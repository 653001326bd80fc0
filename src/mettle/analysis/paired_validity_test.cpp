#include "mettle/analysis/paired_validity.hpp"

#include <gtest/gtest.h>

namespace mettle::analysis {
namespace {

// 100 requests of 10 ms, each sent `lag_us` late.
results::RunResult run(std::uint64_t lag_us) {
    results::RunResult run;
    for (int request = 0; request < 100; ++request) {
        run.totals.times.latency.record(10'000);
        run.validity.send_lag_us.record(lag_us);
    }
    return run;
}

void break_check(results::RunResult& run, std::string name) {
    run.validity.valid = false;
    run.validity.reasons.push_back("broken: " + name);
    run.validity.checks.push_back({std::move(name), 1, 0, false, "ratio"});
}

TEST(PairedValidity, ExcusesWhatTheHostDoesToBoth) {
    auto late = run(1500);
    for (const char* name : {"send_lag_p99", "ks_distance", "steal", "throttled"})
        break_check(late, name);
    EXPECT_EQ(doubt_in_pair(late), "");
    EXPECT_NEAR(lag_in_p99(late), 0.15, 0.01);
}

TEST(PairedValidity, TellsWhichCheckHidesTheTarget) {
    auto busy = run(10);
    break_check(busy, "steal");
    break_check(busy, "worker_cpu");
    EXPECT_EQ(doubt_in_pair(busy), "broken: worker_cpu");
}

TEST(PairedValidity, RefusesLatencyThatIsMostlyTheGenerators) {
    EXPECT_NE(doubt_in_pair(run(3000)), "");
    EXPECT_EQ(lag_in_p99(run(30'000)), 1);
}

TEST(PairedValidity, HasNoDoubtAboutFailuresAlone) {
    EXPECT_EQ(doubt_in_pair(results::RunResult()), "");
    EXPECT_EQ(lag_in_p99(results::RunResult()), 0);
}

}  // namespace
}  // namespace mettle::analysis
