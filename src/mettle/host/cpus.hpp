#pragma once

// The CPUs that this process may use, and pinning to some of them. Defaults for thread counts come
// from here, never from the number of CPUs that the host has.

#include "mettle/base/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::host {

// By affinity, ascending; never empty.
std::vector<int> allowed_cpus();

// How many cores' worth of threads make sense: the affinity's, or fewer where a control group's
// quota is below that (rounded up, since half a core still takes a thread); at least 1.
int usable_cores();

// Of the whole machine, whoever may use them.
int all_cores();

// Pins the calling thread. Fails where the kernel refuses, as for a CPU that does not exist.
Result<void> pin_this_thread(std::span<const int> cpus);

// A server and its load generator on one host: each a half of the CPUs, the odd one to the server.
struct CpuSplit {
    std::vector<int> target;
    std::vector<int> generator;
    bool shared = false;  // Only one CPU: both have it, and both are disturbed by the other.
};
CpuSplit split_cpus(std::span<const int> cpus);  // REQUIRES: not empty

// "0-3,6" both ways; an Error for what is not such a list.
std::string format_cpus(std::span<const int> cpus);
Result<std::vector<int>> parse_cpus(std::string_view text);

}  // namespace mettle::host
