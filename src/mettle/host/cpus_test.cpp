#include "mettle/host/cpus.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace mettle::host {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Cpus, ListsOnlyThoseOfTheAffinity) {
    const auto all = allowed_cpus();
    ASSERT_THAT(all, Not(IsEmpty()));
    std::jthread([&] {
        ASSERT_TRUE(pin_this_thread(std::vector{all.back()}));
        EXPECT_THAT(allowed_cpus(), ElementsAre(all.back()));
        EXPECT_EQ(usable_cores(), 1);
    }).join();
    EXPECT_EQ(allowed_cpus(), all);
}

TEST(Cpus, RefusesToPinWhereNoCpuIs) {
    EXPECT_FALSE(pin_this_thread({}));
    EXPECT_FALSE(pin_this_thread(std::vector{-1}));
    EXPECT_EQ(pin_this_thread(std::vector{8191}).error().message.substr(0, 23),
              "cannot run on CPUs 8191");
}

TEST(Cpus, SplitsInHalvesAndGivesTheOddOneToTheServer) {
    const auto two = split_cpus(std::vector{0, 1});
    EXPECT_THAT(two.target, ElementsAre(0));
    EXPECT_THAT(two.generator, ElementsAre(1));
    EXPECT_FALSE(two.shared);
    EXPECT_THAT(split_cpus(std::vector{2, 3, 7}).target, ElementsAre(2, 3));
    const auto one = split_cpus(std::vector{5});
    EXPECT_THAT(one.target, ElementsAre(5));
    EXPECT_THAT(one.generator, ElementsAre(5));
    EXPECT_TRUE(one.shared);
}

TEST(Cpus, WritesAndReadsLists) {
    EXPECT_EQ(format_cpus(std::vector{0, 1, 2, 3, 6}), "0-3,6");
    EXPECT_THAT(*parse_cpus("6,0-3,1"), ElementsAre(0, 1, 2, 3, 6));
    for (const char* text : {"", "a", "1-", "3-1", "1,,2", "1,", "-1", "9999", "1 2"})
        EXPECT_FALSE(parse_cpus(text)) << text;
}

}  // namespace
}  // namespace mettle::host
