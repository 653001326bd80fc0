#include "mettle/inference/queue_watch.hpp"

#include <gtest/gtest.h>

namespace mettle {
namespace {

using namespace std::chrono_literals;

const QueueWatch::Limits kLimits{.target = 5ms, .interval = 100ms};
constexpr TimePoint kStart{1s};

TEST(QueueWatch, ABurstMayWaitForAnInterval) {
    QueueWatch watch(kStart);
    watch.saw_wait(60ms, kLimits, kStart + 60ms);
    EXPECT_FALSE(watch.overloaded(kLimits, kStart + 100ms));
    EXPECT_EQ(watch.longest_wait(kLimits, kStart + 60ms), 100ms);
}

TEST(QueueWatch, AQueueThatStaysLongIsAnOverload) {
    QueueWatch watch(kStart);
    for (int ms = 10; ms <= 110; ms += 10) watch.saw_wait(20ms, kLimits, kStart + ms * 1ms);
    EXPECT_TRUE(watch.overloaded(kLimits, kStart + 110ms));
    EXPECT_EQ(watch.longest_wait(kLimits, kStart + 110ms), 5ms);
}

TEST(QueueWatch, OneShortQueueEndsIt) {
    QueueWatch watch(kStart);
    EXPECT_TRUE(watch.overloaded(kLimits, kStart + 200ms));
    watch.saw_wait(1ms, kLimits, kStart + 200ms);
    EXPECT_FALSE(watch.overloaded(kLimits, kStart + 201ms));
}

}  // namespace
}  // namespace mettle
