#pragma once

// CPU time and memory of a process with all its descendants, and of the host, from /proc. Reading
// a tree of one process takes some 30 µs without PSS; any thread may.

#include "mettle/base/units.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mettle::host {

struct ProcessUsage {
    // Of the tree, including descendants that ended and were waited for, so that these never fall
    // while the root lives. In clock ticks, usually 10 ms.
    Duration user = Duration::zero();
    Duration system = Duration::zero();
    std::uint64_t rss_bytes = 0;  // Pages shared by several processes count in each.
    std::uint64_t pss_bytes = 0;  // Shared pages by their share; 0 unless asked for.
    std::uint64_t minor_faults = 0, major_faults = 0;  // As user and system.
    int threads = 0;
    int processes = 0;

    Duration cpu() const { return user + system; }
};

// PSS makes the kernel walk the page tables: 1 ms for 100 MiB, so not every second of a run.
enum class WithPss { no, yes };

// Nothing when `pid` does not exist or has ended (a zombie uses nothing).
std::optional<ProcessUsage> usage_of_tree(int pid, WithPss pss = WithPss::no);
// Of several trees together; nothing when none of them lives.
std::optional<ProcessUsage> usage_of_trees(std::span<const int> roots, WithPss pss = WithPss::no);
// Of the process alone, with what its children left.
std::optional<ProcessUsage> usage_of_process(int pid);

// What only the files of each thread and descriptor say: it costs some 10 µs a thread.
struct ProcessDetails {
    Duration run_wait = Duration::zero();  // Ready to run and without a CPU, over all threads.
    std::uint64_t voluntary_switches = 0, involuntary_switches = 0;
    std::uint64_t read_bytes = 0, written_bytes = 0;  // From and to disks.
    int descriptors = 0;  // -1 where it may not be seen: another user's process.
};
// Of the trees' living threads, at most 512 of a process: counters fall when a thread ends.
ProcessDetails details_of_trees(std::span<const int> roots);

// Roots first; those that live, at most 4,096.
std::vector<int> processes_of_trees(std::span<const int> roots);

// Whether a process of that group still runs.
bool group_lives(int group);

// "python3"; empty when it has ended.
std::string name_of_process(int pid);

// CPU time of the whole host since boot, over all its CPUs.
struct HostCpu {
    Duration busy = Duration::zero();
    Duration idle = Duration::zero();        // With waiting for disks.
    Duration interrupts = Duration::zero();  // Part of busy: hard and soft, charged to no process.
    Duration steal = Duration::zero();       // Ready to run, but the hypervisor ran somebody else.
};
HostCpu host_cpu();
HostCpu host_cpu(std::span<const int> cpus);  // Of these alone.

// Share of the time between two readings that was stolen: 0 to 1.
double steal_share(const HostCpu& before, const HostCpu& after);

}  // namespace mettle::host
