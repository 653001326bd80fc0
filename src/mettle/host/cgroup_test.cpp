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

TEST_F(CgroupTest, ReadsWhatAGroupOfVersion2Uses) {
    version2("/");
    const std::string app = "sys/fs/cgroup/pod/app/";
    write(app + "cpu.stat",
          "usage_usec 3000000\nuser_usec 2000000\nsystem_usec 1000000\nnr_periods 100\n"
          "nr_throttled 25\nthrottled_usec 500000\n");
    write(app + "memory.current", "104857600\n");
    write(app + "memory.max", "max\n");
    write(app + "memory.stat", "anon 50000\nfile 1\npgfault 70\npgmajfault 3\n");
    write(app + "memory.events", "low 0\noom 1\noom_kill 2\n");
    write(app + "pids.current", "12\n");
    write(app + "io.stat", "8:0 rbytes=1 wbytes=2 rios=9\n259:0 rbytes=10 wbytes=20 rios=9\n");
    write(app + "cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=77\n");
    const auto folders = find_cgroup("pod/app", root);
    ASSERT_TRUE(folders) << folders.error().message;
    EXPECT_EQ(folders->name, "/pod/app");
    const CgroupUsage usage = usage_of_cgroup(*folders);
    EXPECT_EQ(usage.cpu, std::chrono::seconds(3));
    EXPECT_EQ(usage.user, std::chrono::seconds(2));
    EXPECT_EQ(usage.throttle.throttled_periods, 25u);
    EXPECT_EQ(usage.throttle.throttled, std::chrono::milliseconds(500));
    EXPECT_EQ(usage.memory_bytes, 104857600u);
    EXPECT_FALSE(usage.memory_limit_bytes);
    EXPECT_EQ(usage.anonymous_bytes, 50000u);
    EXPECT_EQ(usage.major_faults, 3u);
    EXPECT_EQ(usage.out_of_memory_kills, 2u);
    EXPECT_EQ(usage.tasks, 12u);
    EXPECT_EQ(usage.written_bytes, 22u);
    ASSERT_TRUE(usage.cpu_pressure);
    EXPECT_EQ(usage.cpu_pressure->some, std::chrono::microseconds(77));
    EXPECT_FALSE(usage.io_pressure);
}

TEST_F(CgroupTest, ReadsWhatAGroupOfVersion1Uses) {
    write("proc/self/mountinfo",
          "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
          "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
          "38 31 0:35 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n");
    write("sys/fs/cgroup/cpu/docker/a/cpuacct.usage", "1500000000\n");
    write("sys/fs/cgroup/cpu/docker/a/cpuacct.stat", "user 100\nsystem 50\n");
    write("sys/fs/cgroup/cpu/docker/a/cpu.stat",
          "nr_periods 10\nnr_throttled 4\nthrottled_time 2000000\n");
    write("sys/fs/cgroup/memory/docker/a/memory.usage_in_bytes", "8192\n");
    write("sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes", "9223372036854771712\n");
    write("sys/fs/cgroup/memory/docker/a/memory.stat", "rss 100\ntotal_rss 4096\n");
    write("sys/fs/cgroup/blkio/docker/a/blkio.throttle.io_service_bytes",
          "8:0 Read 100\n8:0 Write 200\nTotal 300\n");
    // By a folder of any of its hierarchies.
    const auto folders = find_cgroup("/sys/fs/cgroup/memory/docker/a", root);
    ASSERT_TRUE(folders) << folders.error().message;
    const CgroupUsage usage = usage_of_cgroup(*folders);
    EXPECT_EQ(usage.cpu, std::chrono::milliseconds(1500));
    EXPECT_EQ(usage.system, std::chrono::milliseconds(500));
    EXPECT_EQ(usage.throttle.throttled, std::chrono::milliseconds(2));
    EXPECT_EQ(usage.memory_bytes, 8192u);
    EXPECT_FALSE(usage.memory_limit_bytes);
    EXPECT_EQ(usage.anonymous_bytes, 4096u);
    EXPECT_EQ(usage.read_bytes, 100u);
    EXPECT_EQ(usage.written_bytes, 200u);
}

TEST_F(CgroupTest, SaysWhereItLookedForAGroup) {
    version2("/");
    const auto folders = find_cgroup("docker/none", root);
    ASSERT_FALSE(folders);
    EXPECT_EQ(folders.error().message,
              "there is no cgroup 'docker/none': looked in /sys/fs/cgroup");
}

TEST_F(CgroupTest, FindsTheGroupOfAProcessUnlessItIsTheRoot) {
    version2("/");
    write("proc/42/cgroup", "0::/pod/app\n");
    write("proc/43/cgroup", "0::/\n");
    fs::create_directories(root / "sys/fs/cgroup/pod/app");
    ASSERT_TRUE(cgroup_of(42, root));
    EXPECT_EQ(cgroup_of(42, root)->name, "/pod/app");
    EXPECT_FALSE(cgroup_of(43, root));
    EXPECT_FALSE(cgroup_of(44, root));
}

}  // namespace
}  // namespace mettle::host
