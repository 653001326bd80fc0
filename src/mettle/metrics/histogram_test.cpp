#include "mettle/metrics/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace mettle {
namespace {

TEST(Histogram, BucketsTileTheRangeWithThreeDigits) {
    std::int64_t next = 0;
    for (int index = 0; next <= Histogram::kHighest; ++index) {
        if (index >= 2 * Histogram::kPageSize) {
            const double width =
                static_cast<double>(Histogram::highest_in_bucket(index) - next + 1);
            ASSERT_LE(width / static_cast<double>(next), 1e-3) << index;
        }
        ASSERT_EQ(Histogram::lowest_in_bucket(index), next);
        ASSERT_EQ(Histogram::bucket_of(next), index);
        ASSERT_EQ(Histogram::bucket_of(Histogram::highest_in_bucket(index)), index);
        next = Histogram::highest_in_bucket(index) + 1;
    }
}

TEST(Histogram, QuantilesAreNearestRank) {
    Histogram histogram;
    for (int value = 1; value <= 100; ++value) histogram.record(value);
    EXPECT_EQ(histogram.quantile(0.5), 50);
    EXPECT_EQ(histogram.quantile(0.07), 7);
    EXPECT_EQ(histogram.quantile(0.99), 99);
    EXPECT_EQ(histogram.quantile(1), 100);
    EXPECT_EQ(histogram.quantile(0), 1);
    EXPECT_EQ(Histogram().quantile(0.5), 0);
}

TEST(Histogram, AgreesWithSortedValuesWithinItsResolution) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> law(8, 1.5);
    Histogram histogram;
    std::vector<std::int64_t> values;
    for (int index = 0; index < 50'000; ++index) {
        values.push_back(static_cast<std::int64_t>(law(random)));
        histogram.record(values.back());
    }
    std::ranges::sort(values);
    for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(share * 50'000)) - 1;
        const auto exact = static_cast<double>(values[rank]);
        EXPECT_NEAR(static_cast<double>(histogram.quantile(share)), exact, exact * 1e-3) << share;
    }
}

TEST(Histogram, AMergeIsTheSameAsRecordingEverythingInOne) {
    Histogram one, left, right;
    for (int value = 0; value < 10'000; value += 7) {
        one.record(value * 31);
        (value % 2 ? left : right).record(value * 31);
    }
    left.merge(right);
    for (const double share : {0.0, 0.1, 0.5, 0.999, 1.0})
        EXPECT_EQ(left.quantile(share), one.quantile(share));
    EXPECT_EQ(left.count(), one.count());
    EXPECT_EQ(left.min(), one.min());
    EXPECT_DOUBLE_EQ(left.mean(), one.mean());
}

TEST(Histogram, FailuresAboveCountAsInfinitelySlow) {
    Histogram histogram;
    for (int index = 0; index < 95; ++index) histogram.record(10);
    EXPECT_EQ(histogram.quantile_with(0.95, 5), 10);
    EXPECT_EQ(histogram.quantile_with(0.96, 5), -1);
    EXPECT_EQ(Histogram().quantile_with(0.5, 1), -1);
}

TEST(Histogram, ValuesBeyondTheRangeAreKeptAsMaximum) {
    Histogram histogram;
    histogram.record(-5);
    histogram.record(10'000'000'000);
    EXPECT_EQ(histogram.min(), 0);
    EXPECT_EQ(histogram.max(), 10'000'000'000);
    EXPECT_EQ(histogram.count_at_or_below(Histogram::kHighest), 2u);
}

}  // namespace
}  // namespace mettle
