#include "mettle/inference/headroom.hpp"

#include <gtest/gtest.h>

namespace mettle {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1s};

TEST(Headroom, IsWhatNobodyAsksFor) {
    Headroom headroom;
    EXPECT_EQ(headroom.look(0, 100, kStart), 1);
    EXPECT_DOUBLE_EQ(headroom.look(50, 100, kStart + 2s), 0.75);
    EXPECT_DOUBLE_EQ(headroom.look(350, 100, kStart + 4s), -0.5);
}

TEST(Headroom, LooksSoonerThanASecondApartSeeTheSame) {
    Headroom headroom;
    headroom.look(0, 100, kStart);
    headroom.look(50, 100, kStart + 1s);
    EXPECT_DOUBLE_EQ(headroom.look(5'000, 100, kStart + 1'500ms), 0.5);
}

// Right after the start nothing may be known of the time of a run.
TEST(Headroom, AnUnknownCapacityIsNoStatement) {
    Headroom headroom;
    EXPECT_EQ(headroom.look(0, 0, kStart), 1);
    EXPECT_EQ(headroom.look(50, 0, kStart + 1s), 1);
    EXPECT_DOUBLE_EQ(headroom.look(100, 100, kStart + 2s), 0.5);  // Of all since the last sight.
}

TEST(Headroom, ACountThatBeganAnewIsLookedAtFromThere) {
    Headroom headroom;
    headroom.look(1'000, 100, kStart);
    headroom.look(10, 100, kStart + 1s);
    EXPECT_DOUBLE_EQ(headroom.look(30, 100, kStart + 2s), 0.8);
}

}  // namespace
}  // namespace mettle
