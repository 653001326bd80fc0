#include "mettle/host/cgroup.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

namespace mettle::host {
namespace {

namespace fs = std::filesystem;

// A tree of /proc and /sys files of our own.
struct CgroupTest : ::testing::Test {
    CgroupTest() { fs::create_directories(root); }
    ~CgroupTest() override { fs::remove_all(root); }

    void write(const std::string& path, const std::string& text) {
        fs::create_directories((root / path).parent_path());
        std::ofstream(root / path) << text;
    }
    void version2(const std::string& group) {
        write("proc/self/cgroup", "0::" + group + "\n");
        write("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    }
    void version1(const std::string& group) {
        write("proc/self/cgroup", "4:memory:/x\n2:cpu,cpuacct:" + group + "\n0::/\n");
        write("proc/self/mountinfo",
              "30 23 0:28 / /proc rw - proc proc rw\n"
              "32 31 0:29 / /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n");
    }

    fs::path root = fs::temp_directory_path() / ("mettle_cgroup_" + std::to_string(::getpid()));
};

TEST_F(CgroupTest, TakesTheLeastQuotaOnTheWayToTheRoot) {
    version2("/pod/app");
    write("sys/fs/cgroup/pod/app/cpu.max", "max 100000\n");
    write("sys/fs/cgroup/pod/cpu.max", "150000 100000\n");
    write("sys/fs/cgroup/cpu.max", "400000 100000\n");
    EXPECT_EQ(cpu_quota(root), 1.5);
}

TEST_F(CgroupTest, ReadsVersion1) {
    version1("/app");
    write("sys/fs/cgroup/cpu/app/cpu.cfs_quota_us", "50000\n");
    write("sys/fs/cgroup/cpu/app/cpu.cfs_period_us", "100000\n");
    write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(cpu_quota(root), 0.5);
}

// Inside a container /proc/self/cgroup may name the host's path, which is not mounted there.
TEST_F(CgroupTest, TakesTheMountWhereThePathIsTheHosts) {
    version2("/kubepods/burstable/pod1");
    write("sys/fs/cgroup/cpu.max", "200000 100000\n");
    EXPECT_EQ(cpu_quota(root), 2.0);
}

TEST_F(CgroupTest, SaysNothingWithoutQuotaOrFiles) {
    EXPECT_EQ(cpu_quota(root), std::nullopt);
    version2("/");
    write("sys/fs/cgroup/cpu.max", "max 100000\n");
    EXPECT_EQ(cpu_quota(root), std::nullopt);
    write("sys/fs/cgroup/cpu.max", "rubbish\n");
    EXPECT_EQ(cpu_quota(root), std::nullopt);
    EXPECT_EQ(throttle_counters(root).periods, 0u);
}

TEST_F(CgroupTest, ReadsThrottlingInBothUnits) {
    version2("/");
    write("sys/fs/cgroup/cpu.stat",
          "usage_usec 9\nnr_periods 7\nnr_throttled 3\nthrottled_usec 1500\n");
    EXPECT_EQ(throttle_counters(root).throttled, Duration(std::chrono::microseconds(1500)));
    EXPECT_EQ(throttle_counters(root).throttled_periods, 3u);
    version1("/");
    write("sys/fs/cgroup/cpu/cpu.stat", "nr_periods 7\nnr_throttled 3\nthrottled_time 1500\n");
    EXPECT_EQ(throttle_counters(root).throttled, Duration(1500));
}

}  // namespace
}  // namespace mettle::host
