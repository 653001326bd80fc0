#include "mettle/analysis/regression.hpp"

#include "mettle/analysis/bootstrap_t.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mettle::analysis {
namespace {

MetricRuns runs(std::string name, std::vector<double> a, std::vector<double> b,
                Better better = Better::lower, double threshold = 0.05) {
    return {std::move(name), better, threshold, std::move(a), std::move(b)};
}

// Ten runs with a spread of 0.4 %, and the same times `factor` with another order of the noise.
MetricRuns ten(double factor, Better better = Better::lower) {
    MetricRuns metric = runs("p50", {}, {}, better);
    for (int index = 0; index < 10; ++index) {
        metric.a.push_back(10 * (1 + 0.004 * std::sin(index)));
        metric.b.push_back(10 * factor * (1 + 0.004 * std::cos(3 * index)));
    }
    return metric;
}

TEST(Location, TrimsAFifthAtEachEnd) {
    const auto plain = location_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    const auto disturbed = location_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 1000});
    EXPECT_DOUBLE_EQ(plain.centre, 5.5);
    EXPECT_DOUBLE_EQ(disturbed.centre, 5.5);
    // Winsorised: 3,3,3,4,5,6,7,8,8,8, whose variance is 42.5/9; over 10 and 0.6 squared.
    EXPECT_NEAR(plain.error, std::sqrt(42.5 / 9 / 10) / 0.6, 1e-12);
    EXPECT_DOUBLE_EQ(disturbed.error, plain.error);
}

TEST(Location, KeepsAllOfFewValues) {
    EXPECT_DOUBLE_EQ(location_of({1, 2, 6}).centre, 3);
    EXPECT_NEAR(location_of({1, 2, 6}).error, std::sqrt(7.0 / 3), 1e-12);
    EXPECT_DOUBLE_EQ(location_of({7}).error, 0);
}

TEST(Regression, PassesWhatIsTheSame) {
    EXPECT_EQ(judge({ten(1)}, {}).change, Change::pass);
    EXPECT_EQ(judge({ten(1)}, {.paired = false}).change, Change::pass);
}

TEST(Regression, BlamesAChangeOfTheThreshold) {
    const auto found = judge({ten(1.05)}, {});
    EXPECT_EQ(found.change, Change::regression);
    EXPECT_NEAR(found.metrics[0].ratio, 1.05, 0.004);
    EXPECT_LT(found.metrics[0].low, 1.05);
    EXPECT_GT(found.metrics[0].high, 1.05);
    EXPECT_EQ(judge({ten(1.05)}, {.paired = false}).change, Change::regression);
}

TEST(Regression, PassesWhatIsWorseByLessThanCounts) {
    EXPECT_EQ(judge({ten(1.012)}, {}).change, Change::pass);
    // Between the lines, and narrow: certainly worse, certainly by less than 5 %.
    const auto between = judge({ten(1.035)}, {});
    EXPECT_EQ(between.change, Change::pass);
    EXPECT_GT(between.metrics[0].low, 1);
}

TEST(Regression, KnowsWhichWayIsWorse) {
    EXPECT_EQ(judge({ten(0.9)}, {}).change, Change::pass);
    EXPECT_TRUE(judge({ten(0.9)}, {}).metrics[0].better);
    const auto slower = judge({ten(0.9, Better::higher)}, {});
    EXPECT_EQ(slower.change, Change::regression);
    EXPECT_LT(slower.metrics[0].low, slower.metrics[0].ratio);
    EXPECT_GT(slower.metrics[0].high, slower.metrics[0].ratio);
    EXPECT_LT(slower.metrics[0].high, 1);
}

TEST(Regression, SaysHowManyMoreRunsItNeeds) {
    // A spread of 10 % a run with the change in the middle.
    MetricRuns noisy = runs("p99", {}, {});
    for (int index = 0; index < 8; ++index) {
        noisy.a.push_back(10 * (1 + 0.1 * std::sin(7 * index)));
        noisy.b.push_back(10.2 * (1 + 0.1 * std::cos(5 * index)));
    }
    const auto undecided = judge({noisy}, {});
    EXPECT_EQ(undecided.change, Change::inconclusive);
    ASSERT_TRUE(undecided.metrics[0].more_runs);
    EXPECT_GT(*undecided.metrics[0].more_runs, 8);
}

TEST(Regression, IsNotConvincedByThreeRuns) {
    const auto few = judge({runs("p50", {1, 1, 1}, {9, 9, 9})}, {});
    EXPECT_EQ(few.change, Change::inconclusive);
    EXPECT_EQ(few.metrics[0].more_runs, 1);
    EXPECT_NEAR(few.metrics[0].ratio, 9, 1e-9);
}

TEST(Regression, TakesValuesThatAreAllTheSameAsKnown) {
    const std::vector<double> same(5, 0.01), more(5, 0.02);
    EXPECT_EQ(judge({runs("error_rate", same, same)}, {}).change, Change::pass);
    EXPECT_EQ(judge({runs("error_rate", same, more)}, {}).change, Change::regression);
}

TEST(Regression, OneMetricIsEnoughAndAllMustPass) {
    EXPECT_EQ(judge({ten(1), ten(1.2)}, {}).change, Change::regression);
    EXPECT_EQ(judge({ten(1), runs("p99", {1, 2}, {1, 2})}, {}).change, Change::inconclusive);
    EXPECT_EQ(judge({}, {}).change, Change::inconclusive);
}

TEST(Regression, AdjustsByHolm) {
    const double alone = judge({ten(1.025)}, {}).metrics[0].p_regression;
    const auto four = judge({ten(1.025), ten(1), ten(1), ten(1)}, {});
    EXPECT_NEAR(four.metrics[0].p_regression, std::min(1.0, 4 * alone), 1e-9);
}

TEST(Regression, IsTheSameForTheSameSeed) {
    const auto once = judge({ten(1.01)}, {.seed = 7}), again = judge({ten(1.01)}, {.seed = 7});
    EXPECT_EQ(once.metrics[0].low, again.metrics[0].low);
}

TEST(Looks, ShareTheDoubt) {
    for (const int most : {1, 4, 8, 9, 20, 40, 1000}) {
        double spent = 0;
        for (const Look& look : plan_looks(most, 0.02)) spent += look.alpha;
        EXPECT_NEAR(spent, 0.02, 1e-12);
        EXPECT_EQ(plan_looks(most, 0.02).back().runs, most);
    }
    EXPECT_EQ(plan_looks(20, 0.02),
              (std::vector<Look>{{8, 0.02 / 6}, {12, 0.02 / 6}, {18, 0.02 / 6}, {20, 0.01}}));
}

}  // namespace
}  // namespace mettle::analysis
