#include "mettle/monitor/timeline.hpp"

#include "mettle/monitor/sampler.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace mettle::monitor {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr TimePoint kStart{};

// A sample a quarter of a second, as the monitor takes them.
void fill(Timeline& timeline, int samples, double (*value)(int)) {
    for (int each = 1; each <= samples; ++each) {
        timeline.begin_row(kStart + each * 250ms);
        timeline.put("target.cpu", "cores", value(each), 0.25);
    }
}

TEST(Timeline, GathersSamplesIntoRowsThatCountFromTheStart) {
    Timeline timeline;
    fill(timeline, 12, [](int each) { return static_cast<double>(each); });
    // 0.5 s of warm-up, then 2.25 s of run.
    const auto seen = timeline.slice(kStart + 500ms, kStart + 2750ms);
    EXPECT_THAT(seen.t_s, ElementsAre(1, 2, 2.25));
    ASSERT_EQ(seen.series.size(), 1u);
    const auto& cpu = seen.series[0];
    EXPECT_EQ(cpu.unit, "cores");
    EXPECT_THAT(cpu.values, ElementsAre(4.5, 8.5, 11));
    EXPECT_EQ(cpu.count, 9u);
    EXPECT_EQ(cpu.min, 3);
    EXPECT_EQ(cpu.max, 11);
    EXPECT_EQ(cpu.mean, 7);
    EXPECT_EQ(cpu.first, 4.5);
    EXPECT_EQ(cpu.last, 11);
    EXPECT_EQ(seen.at("target.cpu", 2.0), 8.5);
    EXPECT_EQ(seen.at("target.cpu", 0.3), 4.5);
    EXPECT_FALSE(seen.at("target.cpu", 9));
    EXPECT_FALSE(seen.at("target.rss", 1));
}

TEST(Timeline, WeighsSamplesByTheTimeTheyTellOf) {
    Timeline timeline;
    timeline.begin_row(kStart + 1s);
    timeline.put("x", "", 1, 3);
    timeline.put("x", "", 5, 1);
    timeline.put("x", "", NAN, 1);
    timeline.put("x", "", 9, 0);
    EXPECT_EQ(timeline.slice(kStart, kStart + 1s).mean_of("x"), 2.0);
}

TEST(Timeline, LeavesGapsWhereNothingWasSeen) {
    Timeline timeline;
    for (int second = 1; second <= 3; ++second) {
        timeline.begin_row(kStart + second * 1s);
        timeline.put("often", "", second);
        if (second == 2) timeline.put("seldom", "", 7);
    }
    const auto seen = timeline.slice(kStart, kStart + 3s);
    const auto* seldom = seen.find("seldom");
    ASSERT_TRUE(seldom);
    ASSERT_EQ(seldom->values.size(), 3u);
    EXPECT_TRUE(std::isnan(seldom->values[0]));
    EXPECT_EQ(seldom->values[1], 7);
    EXPECT_TRUE(std::isnan(seldom->values[2]));
    // Of the time before it was seen there is nothing to tell at all.
    EXPECT_FALSE(timeline.slice(kStart, kStart + 1s).find("seldom"));
}

// A run that is longer than expected is kept more coarsely, and its extremes stay.
TEST(Timeline, HalvesItsRowsWhenItIsFull) {
    Timeline timeline(8);
    fill(timeline, 64, [](int each) { return each == 13 ? 1000.0 : 1.0; });
    const auto seen = timeline.slice(kStart, kStart + 16s);
    EXPECT_LE(seen.t_s.size(), 8u);
    ASSERT_EQ(seen.series.size(), 1u);
    EXPECT_EQ(seen.series[0].count, 64u);
    EXPECT_EQ(seen.series[0].max, 1000);
    EXPECT_NEAR(seen.series[0].mean, (63 + 1000) / 64.0, 1e-9);
    EXPECT_EQ(seen.t_s.back(), 16);
}

TEST(Timeline, KeepsNoMoreSeriesThanItMay) {
    Timeline timeline;
    timeline.begin_row(kStart + 1s);
    for (std::size_t each = 0; each < Timeline::kMostSeries + 5; ++each)
        timeline.put("series" + std::to_string(each), "", 1);
    EXPECT_EQ(timeline.left_out(), 5u);
    EXPECT_EQ(timeline.slice(kStart, kStart + 1s).series.size(), Timeline::kMostSeries);
}

TEST(Growth, IsPerSecondAndNeverNegative) {
    Growth growth;
    EXPECT_FALSE(growth.per_second(100, kStart + 1s));
    EXPECT_EQ(growth.per_second(150, kStart + 1500ms), 100.0);
    EXPECT_FALSE(growth.per_second(20, kStart + 2s));  // It began anew.
    EXPECT_EQ(growth.per_second(30, kStart + 3s), 10.0);
    EXPECT_FALSE(growth.per_second(40, kStart + 3s));
}

}  // namespace
}  // namespace mettle::monitor
