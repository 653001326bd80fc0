#include "mettle/analysis/time_shares.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace mettle::analysis {
namespace {

double sum_of(const TimeShares& shares) {
    double sum = 0;
    for (const TimePart& part : shares.parts) sum += part.share;
    return sum;
}

TEST(TimeShares, SumToOneWithWhatNoPhaseExplains) {
    LoadPicture seen;
    seen.latency_ms = 10;
    seen.phases = {{"send_lag", 1}, {"connect", 0}, {"queue", 4}, {"infer", 3}};
    const TimeShares shares = time_shares(seen);
    EXPECT_NEAR(sum_of(shares), 1, 1e-12);
    EXPECT_FALSE(shares.overlap);
    ASSERT_EQ(shares.parts.size(), 4u);
    EXPECT_EQ(shares.parts[1].name, "queue");
    EXPECT_NEAR(shares.parts[1].share, 0.4, 1e-12);
    EXPECT_EQ(shares.parts[3].name, "unexplained");
    EXPECT_NEAR(shares.parts[3].ms, 2, 1e-12);
}

// A FastAPI app measured its model within its parsing: the phases were longer than the request, and
// "parsing and writing 100 %" stood beside the model's own share.
TEST(TimeShares, OfPhasesThatOverlapAreOfTheirSum) {
    LoadPicture seen;
    seen.latency_ms = 5;
    seen.phases = {{"pre", 6}, {"infer", 2}};
    const TimeShares shares = time_shares(seen);
    EXPECT_TRUE(shares.overlap);
    EXPECT_NEAR(sum_of(shares), 1, 1e-12);
    EXPECT_NEAR(shares.parts[0].share, 0.75, 1e-12);
}

TEST(TimeShares, AreNoneWithoutPhases) {
    EXPECT_TRUE(time_shares({}).parts.empty());
}

TEST(WholePercents, SumToAHundredWhateverTheyAre) {
    const std::vector<std::vector<double>> cases = {
        {1, 1, 1}, {0.333, 0.333, 0.334}, {1e-9, 5, 7, 11}, {2, 0, 0}};
    for (const auto& parts : cases) {
        const auto percents = whole_percents(parts);
        EXPECT_EQ(std::reduce(percents.begin(), percents.end()), 100);
    }
    EXPECT_EQ(whole_percents({1, 1, 1}), (std::vector{34, 33, 33}));
    EXPECT_EQ(whole_percents({0, 0}), (std::vector{0, 0}));
}

}  // namespace
}  // namespace mettle::analysis
