#include "mettle/analysis/saturation.hpp"

#include <gtest/gtest.h>

namespace mettle::analysis {
namespace {

// A target that needs 80 µs of its one core a request, a generator that needs 20 µs of its own.
LoadPicture at(double rate) {
    LoadPicture seen;
    seen.rate_rps = rate;
    seen.target_cores = 1;
    seen.target_cpu = 0.01 + rate * 80e-6;
    seen.generator_cores = 1;
    seen.generator_cpu = rate * 20e-6;
    return seen;
}

TEST(Saturation, PredictsWhereTheLineMeetsTheLimitAndWhatIsNext) {
    const std::vector<LoadPicture> pictures = {at(2000), at(4000), at(8000)};
    const auto order = order_of_saturation(pictures);
    ASSERT_EQ(order.size(), 2u);
    EXPECT_EQ(order[0].resource, "CPU of the target");
    EXPECT_FALSE(order[0].seen);
    EXPECT_NEAR(order[0].full_at_rps, 12'375, 1);
    EXPECT_NEAR(order[0].per_request, 80e-6, 1e-9);
    EXPECT_NEAR(order[0].confidence, 0.65 / 0.9, 0.01);
    EXPECT_EQ(order[1].resource, "CPU of the load generator");
    EXPECT_NEAR(order[1].full_at_rps, 50'000, 5);
    EXPECT_EQ(order[0].sentence(),
              "CPU of the target would be full at some 12,375 rps: 0.65 of 1 cores at 8,000 rps "
              "(confidence 72 %)");
}

TEST(Saturation, TellsWhatItSawFromWhatItDrewOut) {
    const std::vector<LoadPicture> pictures = {at(2000), at(11'500), at(12'000)};
    const auto order = order_of_saturation(pictures);
    ASSERT_FALSE(order.empty());
    EXPECT_TRUE(order[0].seen);
    EXPECT_DOUBLE_EQ(order[0].full_at_rps, 11'500);
    EXPECT_EQ(order[0].sentence(),
              "CPU of the target is full at 11,500 rps: 0.97 of 1 cores in use");
}

TEST(Saturation, NamesTheGeneratorWhereItGivesOutFirst) {
    std::vector<LoadPicture> pictures = {at(2000), at(4000), at(5000)};
    for (LoadPicture& seen : pictures) {
        seen.target_cores = 8;
        seen.generator_cpu = seen.rate_rps * 190e-6;
    }
    EXPECT_EQ(order_of_saturation(pictures)[0].resource, "CPU of the load generator");
    EXPECT_TRUE(order_of_saturation(pictures)[0].seen);
}

TEST(Saturation, LeavesOutWhatDoesNotGrowOrIsNotSeen) {
    std::vector<LoadPicture> pictures = {at(2000), at(4000)};
    for (LoadPicture& seen : pictures) {
        seen.target_cpu.reset();
        seen.generator_cpu = 0;
        seen.disk_busy = 0.001;
    }
    EXPECT_TRUE(order_of_saturation(pictures).empty());
    EXPECT_TRUE(order_of_saturation({}).empty());
}

// Neighbours fill the host at any rate: that is not this load's doing.
TEST(Saturation, LeavesOutWhatOthersUseAnyway) {
    std::vector<LoadPicture> pictures = {at(2000), at(4000), at(8000)};
    for (LoadPicture& seen : pictures) {
        seen.host_cores = 2;
        seen.host_cpu = 1.95 + seen.rate_rps * 1e-6;
    }
    for (const Saturation& each : order_of_saturation(pictures))
        EXPECT_NE(each.resource, "CPU of the host");
}

// One rate alone tells the demand of a request where nothing is used without any.
TEST(Saturation, TrustsASinglePointLittle) {
    const std::vector<LoadPicture> pictures = {at(5000)};
    const auto order = order_of_saturation(pictures);
    ASSERT_FALSE(order.empty());
    EXPECT_NEAR(order[0].full_at_rps, 5000 / 0.41, 1);
    EXPECT_LT(order[0].confidence, 0.3);
}

TEST(Saturation, IsNotLedBelowZero) {
    std::vector<LoadPicture> pictures = {at(1000), at(2000)};
    pictures[0].target_cpu = 0.01;
    pictures[1].target_cpu = 0.5;
    const auto order = order_of_saturation(pictures);
    EXPECT_GT(order[0].full_at_rps, 2000);
    EXPECT_LT(order[0].full_at_rps, 6000);
}

TEST(Saturation, SeesGpusAndLimits) {
    std::vector<LoadPicture> pictures = {at(100), at(200), at(300)};
    for (LoadPicture& seen : pictures) {
        seen.gpu = seen.rate_rps / 320;
        seen.memory_of_limit = 0.3 + seen.rate_rps / 1000;
    }
    const auto order = order_of_saturation(pictures);
    ASSERT_GE(order.size(), 2u);
    EXPECT_EQ(order[0].resource, "GPU");
    EXPECT_EQ(order[0].sentence(), "GPU is full at 300 rps: 94 % in use");
    EXPECT_EQ(order[1].resource, "memory of the target's group");
    EXPECT_NEAR(order[1].full_at_rps, 700, 1);
}

}  // namespace
}  // namespace mettle::analysis
