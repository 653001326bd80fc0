#include "mettle/results/point_series.hpp"

#include <gtest/gtest.h>

namespace mettle::results {
namespace {

SeriesPoint point(double t_s, double rps, double p99_ms) {
    SeriesPoint made;
    made.t_s = t_s;
    made.rps = rps;
    made.p99_ms = p99_ms;
    made.users = static_cast<int>(t_s);
    made.rss_bytes = static_cast<std::uint64_t>(100'000 - t_s);
    return made;
}

TEST(PointSeries, KeepsAPointASecondWhileThereIsRoom) {
    std::vector<SeriesPoint> points;
    PointSeries series(points, 4);
    for (int second = 1; second <= 4; ++second) series.add(point(second, second * 10, 1));
    ASSERT_EQ(points.size(), 4U);
    for (int second = 1; second <= 4; ++second) {
        EXPECT_EQ(points[static_cast<std::size_t>(second - 1)].t_s, second);
        EXPECT_EQ(points[static_cast<std::size_t>(second - 1)].rps, second * 10);
    }
}

TEST(PointSeries, JoinsNeighboursWhenItIsFullAndGoesOnAsCoarsely) {
    std::vector<SeriesPoint> points;
    PointSeries series(points, 4);
    for (int second = 1; second <= 6; ++second) series.add(point(second, second * 10, 7 - second));
    ASSERT_EQ(points.size(), 3U);
    EXPECT_EQ(points[0].t_s, 2);
    EXPECT_EQ(points[0].rps, 15);
    EXPECT_EQ(points[0].p99_ms, 6) << "the worse of the two, no mean";
    EXPECT_EQ(points[0].users, 2) << "those at the end";
    EXPECT_EQ(points[0].rss_bytes, 99'999U) << "the most";
    EXPECT_EQ(points[2].t_s, 6);
    EXPECT_EQ(points[2].rps, 55);
}

TEST(PointSeries, KeepsTheSumsOfALongRunInBoundedMemory) {
    std::vector<SeriesPoint> points;
    PointSeries series(points, 64);
    const SeriesPoint* const memory = points.data();
    double sent = 0;
    for (int second = 1; second <= 10'000; ++second) {
        series.add(point(second, second % 7, 1));
        sent += second % 7;
    }
    EXPECT_LE(points.size(), 64U);
    EXPECT_GT(points.size(), 31U);
    EXPECT_EQ(points.data(), memory) << "nothing grew";
    double found = 0, before_s = 0;
    for (const SeriesPoint& each : points) {
        found += each.rps * (each.t_s - before_s);
        before_s = each.t_s;
    }
    EXPECT_EQ(before_s, 10'000);
    EXPECT_NEAR(found, sent, 1e-6 * sent);
}

TEST(PointSeries, AnOddNumberLeavesItsLastPointShort) {
    std::vector<SeriesPoint> points;
    PointSeries series(points, 3);
    for (int second = 1; second <= 4; ++second) series.add(point(second, second, 1));
    ASSERT_EQ(points.size(), 3U);
    EXPECT_EQ(points[0].t_s, 2);
    EXPECT_EQ(points[1].t_s, 3);
    EXPECT_EQ(points[1].rps, 3);
    EXPECT_EQ(points[2].t_s, 4);
}

TEST(PointSeries, ATargetThatWasSeenForATimeIsRememberedAsThen) {
    SeriesPoint seen = point(1, 1, 1), unseen = point(2, 1, 1);
    seen.target_cpu = 0.5;
    seen.target_rss_bytes = 10;
    join(seen, 1, unseen);
    EXPECT_EQ(seen.target_cpu, 0.5);
    EXPECT_EQ(seen.target_rss_bytes, 10U);
    SeriesPoint later = point(3, 1, 1);
    later.target_cpu = 0.8;
    join(seen, 2, later);
    EXPECT_DOUBLE_EQ(*seen.target_cpu, 0.6);
}

}  // namespace
}  // namespace mettle::results
