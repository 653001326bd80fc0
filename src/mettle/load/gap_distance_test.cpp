#include "mettle/load/gap_distance.hpp"

#include "mettle/load/random.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mettle::load {
namespace {

// Gaps of a Poisson process of 2,000 a second in µs; with a grid, sends happen on its next line.
Histogram poisson_gaps(double grid_us) {
    Histogram gaps;
    Random random(1);
    double due = 0, last = 0;
    for (int count = 0; count < 60'000; ++count) {
        due += random.exponential() * 500;
        const double sent = grid_us > 0 ? std::ceil(due / grid_us) * grid_us : due;
        gaps.record(std::llround(sent - last));
        last = sent;
    }
    return gaps;
}

TEST(GapDistance, AHarmlessTimerGridStaysUnderTheLimit) {
    EXPECT_LT(gap_distance(poisson_gaps(0), poisson_gaps(50), 50), 0.1);
}

TEST(GapDistance, AMillisecondGridIsFound) {
    EXPECT_GT(gap_distance(poisson_gaps(0), poisson_gaps(1000), 50), 0.3);
}

TEST(GapDistance, JitterOfEqualIntervalsIsTolerated) {
    Histogram planned, actual;
    planned.record(100, 1000);
    Random random(1);
    for (int count = 0; count < 1000; ++count)
        actual.record(90 + std::llround(random.uniform() * 20));
    EXPECT_EQ(gap_distance(planned, actual, 50), 0);
    EXPECT_GT(gap_distance(planned, actual, 1), 0.3);
}

TEST(GapDistance, EqualIntervalsSentInBurstsAreFound) {
    Histogram planned, actual;
    planned.record(100, 1000);
    actual.record(0, 900);
    actual.record(1000, 100);
    EXPECT_NEAR(gap_distance(planned, actual, 50), 0.9, 1e-9);
}

TEST(GapDistance, NothingIsAtNoDistance) {
    EXPECT_EQ(gap_distance({}, {}, 50), 0);
}

}  // namespace
}  // namespace mettle::load
