#include "mettle/results/abort_watch.hpp"

#include <gtest/gtest.h>

namespace mettle::results {
namespace {

RunResult second_with(std::uint64_t failures, std::uint64_t requests = 100) {
    RunResult window;
    window.duration_s = 1;
    window.totals.requests = requests;
    window.totals.failures = failures;
    return window;
}

TEST(AbortWatch, EndsARunOnlyAfterAnUnbrokenSpell) {
    AbortWatch watch({*parse_lasting_expression("error_rate > 50% for 3s")});
    EXPECT_FALSE(watch.add(second_with(60)));
    EXPECT_FALSE(watch.add(second_with(60)));
    EXPECT_FALSE(watch.add(second_with(10)));
    EXPECT_FALSE(watch.add(second_with(60)));
    EXPECT_FALSE(watch.add(second_with(60)));
    const auto why = watch.add(second_with(70));
    ASSERT_TRUE(why);
    EXPECT_EQ(*why, "--abort-if 'error_rate>50%' was true for 3.0 s: error_rate of 70%");
}

TEST(AbortWatch, WithoutALengthOneSecondIsEnough) {
    AbortWatch watch({*parse_lasting_expression("failures > 5")});
    EXPECT_FALSE(watch.add(second_with(5)));
    EXPECT_TRUE(watch.add(second_with(6)));
}

TEST(AbortWatch, ASecondWithoutASampleSaysNothing) {
    AbortWatch watch({*parse_lasting_expression("error_rate > 50% for 2s")});
    EXPECT_FALSE(watch.add(second_with(60)));
    EXPECT_FALSE(watch.add(second_with(0, 0)));
    EXPECT_TRUE(watch.add(second_with(60)));
}

}  // namespace
}  // namespace mettle::results
