#include "mettle/metrics/exemplars.hpp"

#include <gtest/gtest.h>

namespace mettle {
namespace {

using namespace std::chrono_literals;

TEST(Exemplars, ABucketKeepsTheLatestButNotEachOfABusyMoment) {
    Exemplars exemplars(2);
    const TimePoint start{1h};
    EXPECT_FALSE(exemplars.read(0));
    exemplars.offer(0, 5, "first", start);
    exemplars.offer(0, 6, "at once", start + 1ms);
    EXPECT_EQ(exemplars.read(0)->request_id, "first");
    exemplars.offer(0, 7, "later", start + 1s);
    EXPECT_EQ(exemplars.read(0)->request_id, "later");
    EXPECT_EQ(exemplars.read(0)->value_ns, 7);
    EXPECT_FALSE(exemplars.read(1));
}

TEST(Exemplars, AnIdThatOpenMetricsWouldNotTakeIsPassedOver) {
    Exemplars exemplars(1);
    exemplars.offer(0, 5, std::string(Exemplars::kMostIdBytes + 1, 'x'), TimePoint{1h});
    exemplars.offer(0, 5, "", TimePoint{1h});
    EXPECT_FALSE(exemplars.read(0));
    exemplars.offer(0, 5, std::string(Exemplars::kMostIdBytes, 'x'), TimePoint{1h});
    EXPECT_TRUE(exemplars.read(0));
}

}  // namespace
}  // namespace mettle
