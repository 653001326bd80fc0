#pragma once

// What the control groups of this process grant it, version 1 and 2. Read from /proc and /sys once
// when asked; any thread. `root` stands before both, so that tests can bring a tree of their own.

#include "mettle/base/result.hpp"
#include "mettle/base/units.hpp"
#include "mettle/host/host_files.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace mettle::host {

// Cores' worth of CPU time a second, the least along the way from this process's group to the root;
// nothing where no group sets a quota.
std::optional<double> cpu_quota(const std::filesystem::path& root = "/");

// Since the group was made. All 0 where the kernel does not say.
struct ThrottleCounters {
    std::uint64_t periods = 0;            // Scheduling periods with something to run.
    std::uint64_t throttled_periods = 0;  // Those in which the quota ran out.
    Duration throttled = Duration::zero();
};
ThrottleCounters throttle_counters(const std::filesystem::path& root = "/");

// Where the files of one group are: version 2 has all in one folder, version 1 a folder for each
// controller. Empty where there is none.
struct CgroupFolders {
    bool any() const { return !(unified.empty() && cpu.empty() && memory.empty()); }

    std::filesystem::path unified, cpu, cpuacct, memory, pids, blkio;
    std::string name;  // "/system.slice/app.service"
};
// By name, or by a folder under one of the mounts. An error says where was looked.
Result<CgroupFolders> find_cgroup(const std::string& group,
                                  const std::filesystem::path& root = "/");
// The group that a process is in; nothing when that is the root of all, which limits nothing.
std::optional<CgroupFolders> cgroup_of(int pid, const std::filesystem::path& root = "/");

// What a group and those below it use. What the kernel does not say is nothing.
struct CgroupUsage {
    std::optional<Duration> cpu, user, system;  // Since it was made.
    ThrottleCounters throttle;
    std::optional<std::uint64_t> memory_bytes, memory_limit_bytes;  // With its page cache.
    std::optional<std::uint64_t> anonymous_bytes;                   // Without: what RSS would be.
    std::uint64_t minor_faults = 0, major_faults = 0;
    std::uint64_t out_of_memory_kills = 0;
    std::optional<std::uint64_t> tasks;  // Threads.
    std::uint64_t read_bytes = 0, written_bytes = 0;
    std::optional<Pressure> cpu_pressure, memory_pressure, io_pressure;  // Version 2.
};
CgroupUsage usage_of_cgroup(const CgroupFolders& folders);
// Its own quota in cores, not those of groups above it; nothing where it has none.
std::optional<double> cpu_quota_of(const CgroupFolders& folders);

}  // namespace mettle::host
