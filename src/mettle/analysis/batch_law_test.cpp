#include "mettle/analysis/batch_law.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace mettle::analysis {
namespace {

TEST(BatchLaw, FindsTheLineThatTimesLieOn) {
    const std::vector<BatchTime> times = {{1, 20}, {4, 26}, {16, 50}, {64, 146}};
    const auto law = fit_batch_law(times);
    ASSERT_TRUE(law);
    EXPECT_NEAR(law->a_ms, 18, 1e-9);
    EXPECT_NEAR(law->b_ms, 2, 1e-9);
    EXPECT_NEAR(law->worst, 0, 1e-9);
}

TEST(BatchLaw, OneOddSizeDoesNotBendIt) {
    const std::vector<BatchTime> times = {{1, 20}, {2, 22}, {4, 26}, {8, 90}, {16, 50}, {64, 146}};
    const auto law = fit_batch_law(times);
    EXPECT_NEAR(law->a_ms, 18, 0.5);
    EXPECT_NEAR(law->b_ms, 2, 0.1);
    EXPECT_GT(law->worst, 0.5);  // It is said that one departs.
}

TEST(BatchLaw, SaysHowManyRowsALimitAllows) {
    const BatchLaw law{18, 2, 0};
    EXPECT_EQ(law.most_rows(50), 16);
    EXPECT_EQ(law.most_rows(51.9), 16);
    EXPECT_EQ(law.most_rows(19), 0);
    EXPECT_EQ((BatchLaw{18, 0, 0}).most_rows(50), std::nullopt);
}

TEST(BatchLaw, NeedsTwoSizesAndNeverFalls) {
    EXPECT_FALSE(fit_batch_law({}));
    EXPECT_FALSE(fit_batch_law(std::vector<BatchTime>{{4, 1}, {4, 2}}));
    const std::vector<BatchTime> falling = {{1, 5}, {64, 4}};
    EXPECT_EQ(fit_batch_law(falling)->b_ms, 0);
    EXPECT_NEAR(fit_batch_law(falling)->a_ms, 4.5, 1e-9);
}

}  // namespace
}  // namespace mettle::analysis
