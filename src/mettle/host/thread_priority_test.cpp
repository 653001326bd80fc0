#include "mettle/host/thread_priority.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <thread>

namespace mettle::host {
namespace {

TEST(ThreadPriority, OnlyTheThreadThatGivesWayComesLater) {
    const int before = ::getpriority(PRIO_PROCESS, 0);
    int once = 0, thrice = 0;
    std::thread([&] {
        give_way();
        once = ::getpriority(PRIO_PROCESS, 0);
        give_way();
        give_way();
        thrice = ::getpriority(PRIO_PROCESS, 0);
    }).join();
    EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), before);
    EXPECT_GE(once, before);
    if (before < 18) {
        EXPECT_GT(once, before);
    }
    EXPECT_LE(thrice, std::max(before, 18)) << "the last place is for work that may stand still";
}

}  // namespace
}  // namespace mettle::host
