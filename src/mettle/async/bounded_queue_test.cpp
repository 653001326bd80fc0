#include "mettle/async/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

namespace mettle {
namespace {

TEST(BoundedQueue, SaysNoWhenFull) {
    BoundedQueue<int> queue(2);
    EXPECT_TRUE(queue.try_push(1));
    EXPECT_TRUE(queue.try_push(2));
    EXPECT_FALSE(queue.try_push(3));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_TRUE(queue.try_push(3));
}

TEST(BoundedQueue, HandsOutWhatIsQueuedBeforeItEnds) {
    BoundedQueue<int> queue(2);
    queue.try_push(1);
    queue.close();
    EXPECT_FALSE(queue.try_push(2));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, EachValueReachesOneThread) {
    BoundedQueue<int> queue(1000);
    std::vector<long> sums(4);
    {
        std::vector<std::jthread> threads;
        for (long& sum : sums) {
            threads.emplace_back([&queue, &sum] {
                while (const auto value = queue.pop()) sum += *value;
            });
        }
        for (int value = 1; value <= 1000; ++value) ASSERT_TRUE(queue.try_push(value));
        queue.close();
    }
    EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), 0L), 500'500);
}

}  // namespace
}  // namespace mettle
