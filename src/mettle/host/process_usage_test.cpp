#include "mettle/host/process_usage.hpp"

#include "mettle/host/child_process.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <chrono>

namespace mettle::host {
namespace {

using namespace std::chrono_literals;

TEST(ProcessUsage, CountsOwnCpuTimeAndMemory) {
    const auto before = usage_of_tree(::getpid());
    ASSERT_TRUE(before);
    EXPECT_GT(before->rss_bytes, 100'000u);
    EXPECT_GE(before->threads, 1);
    const auto end = std::chrono::steady_clock::now() + 60ms;
    while (std::chrono::steady_clock::now() < end) {
    }
    const auto after = usage_of_tree(::getpid(), WithPss::yes);
    // Another process may have taken the core for most of the time, but hardly for 5 times as long.
    EXPECT_GE(after->cpu() - before->cpu(), Duration(10ms));
    EXPECT_GT(after->pss_bytes, 0u);
    EXPECT_LE(after->pss_bytes, 2 * after->rss_bytes);
}

TEST(ProcessUsage, FollowsDescendants) {
    ChildSpec spec;
    spec.argv = {"sh", "-c", "sleep 60 & sleep 60 & echo started; wait"};
    auto child = ChildProcess::start(spec);
    ASSERT_TRUE(child) << child.error().message;
    ASSERT_TRUE(child->wait_for_output("started", 10s));
    EXPECT_EQ(usage_of_tree(child->pid())->processes, 3);
}

TEST(ProcessUsage, SaysNothingOfAProcessThatEnded) {
    ChildSpec spec;
    spec.argv = {"true"};
    auto child = ChildProcess::start(spec);
    ASSERT_TRUE(child);
    const int pid = child->pid();
    ASSERT_TRUE(child->wait(10s));
    EXPECT_FALSE(usage_of_tree(pid));
    EXPECT_FALSE(usage_of_tree(-1));
}

TEST(ProcessUsage, SeesDescriptorsFaultsAndSwitches) {
    const int pid = ::getpid();
    const std::array roots = {pid};
    const ProcessDetails before = details_of_trees(roots);
    EXPECT_GE(before.descriptors, 3);
    EXPECT_GT(before.voluntary_switches + before.involuntary_switches, 0u);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    EXPECT_EQ(details_of_trees(roots).descriptors, before.descriptors + 2);
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_GT(usage_of_tree(pid)->minor_faults, 100u);
    EXPECT_EQ(usage_of_process(pid)->processes, 1);
    EXPECT_FALSE(name_of_process(pid).empty());
    EXPECT_FALSE(usage_of_trees({}));
}

TEST(HostCpu, StealIsAShareOfAllTime) {
    const HostCpu before{.busy = 10s, .idle = 5s, .interrupts = 0s, .steal = 1s};
    const HostCpu after{.busy = 16s, .idle = 8s, .interrupts = 1s, .steal = 2s};
    EXPECT_DOUBLE_EQ(steal_share(before, after), 0.1);
    EXPECT_DOUBLE_EQ(steal_share(before, before), 0);
    EXPECT_GT(host_cpu().busy, Duration(0));
}

TEST(HostCpu, OfAllCpusIsTheSumOfEach) {
    Duration sum{};
    for (int cpu = 0; cpu < 1024; ++cpu) sum += host_cpu(std::array{cpu}).busy;
    const Duration all = host_cpu().busy;
    EXPECT_LE(sum, all);
    EXPECT_GT(sum + Duration(2s), all);  // What passed while reading, and rounding to ticks.
    EXPECT_EQ(host_cpu({}).busy, Duration(0));
}

}  // namespace
}  // namespace mettle::host
