#include "mettle/load/rate_curve.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mettle::load {
namespace {

using namespace std::chrono_literals;

TEST(RateCurve, OfConstantRateIsAStraightLine) {
    const auto curve = RateCurve::constant(50);
    EXPECT_DOUBLE_EQ(curve.moment_of(100), 2);
    EXPECT_DOUBLE_EQ(curve.area_until(3), 150);
}

TEST(RateCurve, OfALinearRampGrowsWithTheSquare) {
    LoadShape shape;
    shape.line_to(100, 10s);
    const auto curve = RateCurve::stages(shape);
    EXPECT_DOUBLE_EQ(curve.moment_of(0), 0);
    EXPECT_DOUBLE_EQ(curve.moment_of(5), 1);  // 10 t² / 2 = 5.
    EXPECT_DOUBLE_EQ(curve.moment_of(500), 10);
    EXPECT_DOUBLE_EQ(curve.moment_of(600), 11);  // The last rate goes on.
}

TEST(RateCurve, InvertsItsOwnArea) {
    LoadShape shape;
    shape.line_to(50, 10s).line_to(200, 60s).line_to(20, 0s).line_to(20, 5s).line_to(0.001, 7s);
    const auto curve = RateCurve::stages(shape);
    for (double at_s = 0.25; at_s < 82; at_s += 0.25)
        EXPECT_NEAR(curve.moment_of(curve.area_until(at_s)), at_s, 1e-6) << at_s;
}

TEST(RateCurve, NothingComesWhileTheRateIsZero) {
    LoadShape shape;
    shape.line_to(0, 5s).line_to(10, 0s).line_to(10, 1s).line_to(0, 0s).line_to(0, 3s);
    shape.line_to(10, 0s).line_to(10, 1s);
    const auto curve = RateCurve::stages(shape);
    EXPECT_DOUBLE_EQ(curve.moment_of(0), 5);
    EXPECT_DOUBLE_EQ(curve.moment_of(9), 5.9);
    EXPECT_DOUBLE_EQ(curve.moment_of(10), 9);  // Not at 6, when the rate had gone.
}

TEST(RateCurve, ARateThatEndsAtZeroEndsTheArrivals) {
    LoadShape shape;
    shape.line_to(10, 0s).line_to(0, 2s);
    const auto curve = RateCurve::stages(shape);
    EXPECT_NEAR(curve.moment_of(9.999), 2, 0.05);
    EXPECT_TRUE(std::isinf(curve.moment_of(10)));
    EXPECT_TRUE(std::isinf(curve.moment_of(11)));
}

TEST(RateCurve, BurstsHaveTheMeanAndTheirSilence) {
    const auto curve = RateCurve::bursts(50, 1s, 4s);
    EXPECT_DOUBLE_EQ(curve.moment_of(125), 0.5);
    EXPECT_DOUBLE_EQ(curve.moment_of(250), 5);
    EXPECT_DOUBLE_EQ(curve.moment_of(375), 5.5);
    for (double area = 0; area < 5000; area += 0.7) {
        const double within_s = std::fmod(curve.moment_of(area), 5);
        EXPECT_LE(within_s, 1 + 1e-9) << area;
    }
    EXPECT_DOUBLE_EQ(curve.area_until(500), 25'000);
}

}  // namespace
}  // namespace mettle::load
