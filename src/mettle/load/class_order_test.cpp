#include "mettle/load/class_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace mettle::load {
namespace {

std::string order_of(const std::vector<UserClass>& classes, int count) {
    ClassOrder order(classes);
    std::string letters;
    for (int user = 0; user < count; ++user) letters += classes[order.next()].name;
    return letters;
}

// Locust's own example of its dispatcher.
TEST(ClassOrder, IsAsFairAsWholeNumbersAllow) {
    EXPECT_EQ(order_of({{"A", 5, 0}, {"B", 1, 0}}, 12), "AAABAAAAABAA");
}

TEST(ClassOrder, GivesEachClassItsShareOfManyUsers) {
    const std::string letters = order_of({{"A", 1, 0}, {"B", 2, 0}, {"C", 0.5, 0}}, 700);
    EXPECT_EQ(std::ranges::count(letters, 'A'), 200);
    EXPECT_EQ(std::ranges::count(letters, 'B'), 400);
    EXPECT_EQ(std::ranges::count(letters, 'C'), 100);
}

TEST(ClassOrder, StartsFixedCountsFirst) {
    EXPECT_EQ(order_of({{"A", 1, 0}, {"B", 1, 2}, {"C", 1, 1}}, 6), "BBCAAA");
}

TEST(ClassOrder, LeavesOutClassesWithoutWeight) {
    EXPECT_EQ(order_of({{"A", 0, 0}, {"B", 1, 0}}, 3), "BBB");
}

}  // namespace
}  // namespace mettle::load
