#include "mettle/load/load_shape.hpp"

#include <gtest/gtest.h>

namespace mettle::load {
namespace {

using namespace std::chrono_literals;
constexpr std::int64_t kSecond = 1'000'000'000;

LoadShape stages(std::string_view text) {
    auto shape = parse_stages(text, "users");
    EXPECT_TRUE(shape) << (shape ? "" : shape.error().message);
    return shape.value_or(LoadShape::constant(0));
}

TEST(LoadShape, ARampStartsUserAfterUserAtItsRate) {
    const LoadShape shape = LoadShape::ramp(4, 2);
    EXPECT_EQ(shape.rises_above(0, 0), 0);
    EXPECT_EQ(shape.rises_above(1, 0), kSecond / 2);
    EXPECT_EQ(shape.rises_above(3, 0), 3 * kSecond / 2);
    EXPECT_EQ(shape.rises_above(4, 0), LoadShape::kNever);
    EXPECT_EQ(shape.falls_to(3, 10 * kSecond), LoadShape::kNever);
    EXPECT_EQ(shape.length(), Duration::max());
}

TEST(LoadShape, AConstantIsThereAtOnce) {
    const LoadShape shape = LoadShape::constant(3);
    EXPECT_EQ(shape.rises_above(2, 0), 0);
    EXPECT_EQ(shape.rises_above(3, 0), LoadShape::kNever);
    EXPECT_EQ(shape.largest(), 3);
}

TEST(LoadShape, StagesRampUpHoldAndRampDown) {
    const LoadShape shape = stages("10s:10,5s:10,10s:0");
    EXPECT_EQ(shape.value_at(5s), 5);
    EXPECT_EQ(shape.value_at(12s), 10);
    EXPECT_EQ(shape.value_at(20s), 5);
    EXPECT_EQ(shape.value_at(1h), 0);
    EXPECT_EQ(shape.length(), 25s);
    EXPECT_EQ(shape.rises_above(9, 0), 9 * kSecond);
    EXPECT_EQ(shape.falls_to(9, 10 * kSecond), 16 * kSecond);
    EXPECT_EQ(shape.falls_to(0, 10 * kSecond), 25 * kSecond);
}

TEST(LoadShape, JumpsHappenAtTheirMoment) {
    const LoadShape shape = stages("10s:=5,10s:=20,10s:=1");
    EXPECT_EQ(shape.rises_above(4, 0), 0);
    EXPECT_EQ(shape.rises_above(5, 0), 10 * kSecond);
    EXPECT_EQ(shape.falls_to(4, 0), 20 * kSecond);
    EXPECT_EQ(shape.falls_to(0, 0), LoadShape::kNever);
}

TEST(LoadShape, UsersThatLeftComeBackWithTheNextRise) {
    const LoadShape shape = stages("10s:10,10s:0,10s:10");
    EXPECT_EQ(shape.rises_above(5, 15 * kSecond), 25 * kSecond);
}

TEST(LoadShape, EachStageIsAStep) {
    const auto steps = stages("10s:50,1m:50,5s:=200").steps();
    ASSERT_EQ(steps.size(), 3u);
    EXPECT_EQ(steps[0].name, "0 to 50 users");
    EXPECT_EQ(steps[1].name, "50 users");
    EXPECT_EQ(steps[1].from, 10s);
    EXPECT_EQ(steps[1].to, 70s);
    EXPECT_EQ(steps[2].name, "200 users");
    EXPECT_EQ(steps[2].to, 75s);
}

TEST(LoadShape, ASineGoesThroughItsMeanAndStaysAboveZero) {
    LoadShape shape;
    shape.sine(10, 20, 40s, 80s);
    EXPECT_NEAR(shape.value_at(10s), 30, 0.1);
    EXPECT_EQ(shape.value_at(30s), 0);
    EXPECT_NEAR(shape.value_at(40s), 10, 0.1);
    EXPECT_EQ(shape.length(), 80s);
}

TEST(LoadShape, WhatIsNoStageIsExplained) {
    for (const char* text : {"", "10s", "10s:", "x:5", "10s:-1", "10s:5,", "0s:5", "10s:1e9"})
        EXPECT_FALSE(parse_stages(text, "users")) << text;
    EXPECT_NE(parse_stages("10s", "users").error().message.find("10s:50,1m:200"),
              std::string::npos);
}

}  // namespace
}  // namespace mettle::load
