#include "mettle/results/percentile_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::results {
namespace {

using ::testing::HasSubstr;

TEST(PercentileTable, StepsHalveTowardsTheTop) {
    Histogram histogram;
    for (int us = 1; us <= 1000; ++us) histogram.record(us);
    const std::string table = to_percentile_table(histogram);
    EXPECT_THAT(table, HasSubstr("\n       0.001 0.000000000000          1           1.00\n"));
    EXPECT_THAT(table, HasSubstr("\n       0.100 0.100000000000        100           1.11\n"));
    EXPECT_THAT(table, HasSubstr("\n       0.500 0.500000000000        500           2.00\n"
                                 "       0.550 0.550000000000        550           2.22\n"));
    EXPECT_THAT(table, HasSubstr("\n       1.000 1.000000000000       1000\n#[Mean"));
}

TEST(PercentileTable, OfNothingHasNoRows) {
    EXPECT_THAT(to_percentile_table({}), HasSubstr("(1-Percentile)\n\n#[Mean    =        0.000"));
}

}  // namespace
}  // namespace mettle::results
