#include "mettle/load/wait_time.hpp"

#include <gtest/gtest.h>

namespace mettle::load {
namespace {

using enum WaitTime::Kind;

constexpr std::int64_t kSecond = 1'000'000'000;

NextIteration after(const char* wait, double began_s, double ended_s) {
    Random random(1);
    return next_iteration(*parse_wait_time(wait), static_cast<std::int64_t>(began_s * 1e9),
                          static_cast<std::int64_t>(ended_s * 1e9), random);
}

TEST(WaitTime, ReadsEveryForm) {
    EXPECT_EQ(parse_wait_time("0"), (WaitTime{constant, 0, 0}));
    EXPECT_EQ(parse_wait_time("500ms"), (WaitTime{constant, 0.5, 0.5}));
    EXPECT_EQ(parse_wait_time("1s..3s"), (WaitTime{between, 1, 3}));
    EXPECT_EQ(parse_wait_time("pacing:2s"), (WaitTime{pacing, 2, 2}));
    EXPECT_EQ(parse_wait_time("throughput:2"), (WaitTime{throughput, 2, 2}));
    EXPECT_EQ(parse_wait_time("exp:1s"), (WaitTime{exponential, 1, 1}));
    for (const char* text :
         {"", "-1s", "3s..1s", "1s..", "pacing:0", "throughput:0", "exp:", "x:1s"})
        EXPECT_FALSE(parse_wait_time(text)) << text;
}

TEST(WaitTime, ReadsBackWhatItWrites) {
    for (const char* text : {"0", "0.5s", "1s..3s", "pacing:2s", "throughput:2.5", "exp:1s"})
        EXPECT_EQ(parse_wait_time(text)->to_string(), text);
}

TEST(WaitTime, CountsFromTheEndOrFromTheStart) {
    EXPECT_EQ(after("2s", 10, 11).due_ns, 13 * kSecond);
    EXPECT_EQ(after("pacing:2s", 10, 11).due_ns, 12 * kSecond);
    EXPECT_EQ(after("throughput:4", 10, 10.1).due_ns, 10 * kSecond + kSecond / 4);
    const auto between = after("1s..3s", 10, 11).due_ns;
    EXPECT_GE(between, 12 * kSecond);
    EXPECT_LT(between, 14 * kSecond);
}

TEST(WaitTime, PacingThatFallsBehindCountsWhatItMissed) {
    const auto next = after("pacing:2s", 10, 15);  // Was due at 12 and at 14.
    EXPECT_EQ(next.due_ns, 15 * kSecond);
    EXPECT_EQ(next.missed, 2);
    EXPECT_EQ(after("pacing:2s", 10, 12).missed, 0);
}

TEST(WaitTime, ExponentialWaitsHaveTheirMean) {
    Random random(1);
    const WaitTime wait{exponential, 2, 2};
    double sum = 0;
    for (int count = 0; count < 10'000; ++count)
        sum += static_cast<double>(next_iteration(wait, 0, 0, random).due_ns) / 1e9;
    EXPECT_NEAR(sum / 10'000, 2, 0.08);  // Four standard errors.
}

}  // namespace
}  // namespace mettle::load
