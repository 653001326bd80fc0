#include "mettle/analysis/thinning.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace mettle::analysis {
namespace {

std::vector<std::uint8_t> independent(std::size_t count, double share, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::bernoulli_distribution over(share);
    std::vector<std::uint8_t> flags(count);
    for (auto& flag : flags) flag = over(random) ? 1 : 0;
    return flags;
}

std::vector<std::uint8_t> repeated(const std::vector<std::uint8_t>& flags, std::size_t times) {
    std::vector<std::uint8_t> longer;
    for (const auto flag : flags) longer.insert(longer.end(), times, flag);
    return longer;
}

TEST(Thinning, KeepsAllIndependentRequests) {
    EXPECT_EQ(thin(independent(20'000, 0.01, 7)).every, 1u);
    EXPECT_EQ(thin(std::vector<std::uint8_t>(1000, 0)).n, 1000u);
    EXPECT_EQ(thin({}).n, 0u);
}

// Batches of 16 that are over the limit together are one observation each, not sixteen.
TEST(Thinning, TakesABatchForOneObservation) {
    const auto kept = thin(repeated(independent(2'000, 0.05, 11), 16));
    EXPECT_GE(kept.every, 14u);
    EXPECT_LE(kept.every, 20u);
    EXPECT_NEAR(static_cast<double>(kept.over) / static_cast<double>(kept.n), 0.05, 0.02);
}

TEST(Thinning, LeavesLittleOfOneLongStall) {
    std::vector<std::uint8_t> flags(10'000, 0);
    std::fill(flags.begin() + 4'000, flags.begin() + 6'000, std::uint8_t{1});
    EXPECT_LT(thin(flags).n, 20u);
}

TEST(Thinning, KnowsTheAutocorrelationOfAnAlternation) {
    const std::vector<std::uint8_t> flags = repeated({0, 1}, 1);
    std::vector<std::uint8_t> longer;
    for (int turn = 0; turn < 100; ++turn) longer.insert(longer.end(), flags.begin(), flags.end());
    EXPECT_NEAR(autocorrelation(longer, 1), -1, 1e-9);
    EXPECT_NEAR(autocorrelation(longer, 2), 1, 1e-9);
    EXPECT_EQ(autocorrelation(longer, 200), 0);
}

}  // namespace
}  // namespace mettle::analysis
