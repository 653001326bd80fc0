#pragma once

// What the control groups of this process grant it, version 1 and 2. Read from /proc and /sys once
// when asked; any thread. `root` stands before both, so that tests can bring a tree of their own.

#include "mettle/base/units.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

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

}  // namespace mettle::host
