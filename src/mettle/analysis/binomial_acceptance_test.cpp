#include "mettle/analysis/binomial_acceptance.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mettle::analysis {
namespace {

TEST(BinomialAcceptance, NeedsTheKnownNumbersOfRequests) {
    struct Row {
        double quantile;
        std::uint64_t over, needed;
    };
    for (const auto& [quantile, over, needed] : {Row{0.99, 0, 459},
                                                 {0.99, 1, 662},
                                                 {0.99, 5, 1307},
                                                 {0.99, 10, 2010},
                                                 {0.99, 50, 6898},
                                                 {0.99, 100, 12571},
                                                 {0.999, 0, 4603},
                                                 {0.999, 1, 6636},
                                                 {0.999, 10, 20140},
                                                 {0.95, 0, 90},
                                                 {0.95, 1, 130},
                                                 {0.95, 10, 398}}) {
        EXPECT_EQ(requests_needed(over, {quantile, 0.99}), needed) << quantile << " " << over;
    }
}

TEST(BinomialAcceptance, AllowsTheMostThatTheNumberOfRequestsSupports) {
    const QuantileClaim p99;
    for (const std::uint64_t over : {0, 1, 2, 7, 10, 33, 100}) {
        const auto needed = requests_needed(over, p99);
        EXPECT_EQ(most_over(needed, p99), static_cast<std::int64_t>(over));
        EXPECT_EQ(most_over(needed - 1, p99), static_cast<std::int64_t>(over) - 1);
    }
    EXPECT_EQ(most_over(0, p99), -1);
}

TEST(BinomialAcceptance, AgreesWithTheSumOfTheTerms) {
    // 0.9^10 + 10 * 0.1 * 0.9^9
    EXPECT_NEAR(probability_of_at_most(1, 10, 0.9), 0.7360989291, 1e-10);
    EXPECT_NEAR(probability_of_at_most(0, 10, 0.9), std::pow(0.9, 10), 1e-12);
    EXPECT_EQ(probability_of_at_most(10, 10, 0.9), 1);
}

// A claim on a million requests must not lose precision in the beta function.
TEST(BinomialAcceptance, ApproachesTheShareForManyRequests) {
    const double allowed = static_cast<double>(most_over(1'000'000, {0.99, 0.99}));
    // One-sided 99 % of a normal law: 2.326 standard deviations of 99.5 below the 10,000 expected.
    EXPECT_NEAR(allowed, 10'000 - 2.326 * 99.5, 5);
}

}  // namespace
}  // namespace mettle::analysis
