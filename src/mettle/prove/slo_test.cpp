#include "mettle/prove/slo.hpp"

#include <gmock/gmock.h>

namespace mettle::prove {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// `count` requests that took `latency_ms`, and some that failed.
results::RunResult run_of(int count, double latency_ms, int failures = 0) {
    results::RunResult run;
    run.totals.requests = static_cast<std::uint64_t>(count + failures);
    run.totals.failures = static_cast<std::uint64_t>(failures);
    const auto us = static_cast<std::int64_t>(latency_ms * 1000);
    run.totals.times.latency.record(us, static_cast<std::uint64_t>(count));
    run.totals.times.service.record(us, static_cast<std::uint64_t>(count));
    run.totals.times.failed.record(us, static_cast<std::uint64_t>(failures));
    run.duration_s = 1;
    return run;
}

TEST(Slo, AssumesTheLargerOfFloorAndFiveTimesUnloaded) {
    EXPECT_THAT(Slo::assumed(0.001, 50, 5, 2).texts(), ElementsAre("error_rate<0.1%", "p99<50ms"));
    EXPECT_THAT(Slo::assumed(0.001, 50, 5, 30).texts()[1], "p99<150ms");
}

TEST(Slo, RefusesWhatIsNoExpression) {
    EXPECT_THAT(Slo::parse({"p99<20ms", "fast"}).error().message, HasSubstr("--slo "));
}

TEST(Slo, MarginsSayHowFarTheLimitIs) {
    const auto slo = *Slo::parse({"p99<20ms", "error_rate<1%"});
    const auto good = slo.judge(run_of(1000, 10));
    EXPECT_TRUE(all_hold(good));
    EXPECT_NEAR(good[0].margin, std::log(0.5), 0.01);
    EXPECT_EQ(good[1].margin, -2);
    EXPECT_EQ(binding(good).expression.metric, "p99");
    EXPECT_THAT(breaches(good), IsEmpty());

    const auto bad = slo.judge(run_of(1000, 10, 50));
    EXPECT_FALSE(all_hold(bad));
    EXPECT_EQ(bad[0].margin, 2);  // 4.8 % failed, so the 99th percentile is one of them.
    EXPECT_THAT(breaches(bad)[0], HasSubstr("where p99<20ms must hold"));
}

TEST(Slo, LeavesCountsAndRatesOutOfTheSearch) {
    const auto slo = *Slo::parse({"p99<20ms", "rps>=1000", "failures<5", "error_rate<1%"});
    EXPECT_THAT(slo.for_search().texts(), ElementsAre("p99<20ms", "error_rate<1%"));
}

TEST(Slo, KnowsWhichMetricsAreQuantiles) {
    const auto quantile = [](const char* text) {
        return quantile_of(*results::parse_expression(text));
    };
    EXPECT_NEAR(*quantile("p99<1s"), 0.99, 1e-12);
    EXPECT_NEAR(*quantile("p50<1s"), 0.5, 1e-12);
    EXPECT_NEAR(*quantile("p999<1s"), 0.999, 1e-12);
    for (const char* text : {"mean<1s", "max<1s", "service_p99<1s", "error_rate<1%"})
        EXPECT_FALSE(quantile(text)) << text;
}

}  // namespace
}  // namespace mettle::prove
