#include "mettle/host/cgroup.hpp"

#include "mettle/host/cgroup_files.hpp"
#include "mettle/host/process_files.hpp"
#include "mettle/host/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <vector>

namespace mettle::host {
namespace {

namespace fs = std::filesystem;

struct Group {
    fs::path mount;   // Where the hierarchy is mounted, under `root`.
    fs::path folder;  // This process's group: the mount or a folder below it.
    bool version2 = false;
};

std::string read(const fs::path& path) {
    std::string text;
    read_file(path, text);
    return text;
}

// A container often sees the host's path in /proc/self/cgroup, while its own group is mounted as
// the root: then the folder does not exist, and the mount is the group.
fs::path folder_of(const fs::path& mount, const std::string& path) {
    const fs::path folder = mount / fs::path(path).relative_path();
    std::error_code error;
    return fs::is_directory(folder, error) ? folder : mount;
}

// Those that may limit this process's CPU.
std::vector<Group> cpu_groups(const fs::path& root) {
    const std::string mounts = read(root / "proc/self/mountinfo");
    const std::string of_process = read(root / "proc/self/cgroup");
    std::vector<Group> groups;
    for (const std::string_view controller : {"cpu", ""}) {
        const auto mount = cgroup_mount(mounts, controller);
        const auto group = group_in(of_process, controller);
        if (!mount || !group) continue;
        const fs::path at = root / fs::path(*mount).relative_path();
        groups.push_back({at, folder_of(at, std::string(*group)), controller.empty()});
    }
    return groups;
}

std::optional<double> quota_in(const fs::path& folder, bool version2) {
    double quota = 0, period = 0;
    if (version2) {
        std::ifstream file(folder / "cpu.max");  // "max 100000" or "150000 100000"
        if (!(file >> quota >> period)) return {};
    } else {
        std::ifstream quota_file(folder / "cpu.cfs_quota_us"),
            period_file(folder / "cpu.cfs_period_us");
        if (!(quota_file >> quota) || !(period_file >> period)) return {};  // -1: no quota
    }
    if (quota <= 0 || period <= 0) return {};
    return quota / period;
}

struct Controller {
    std::string_view name;  // Of version 1; empty: version 2.
    fs::path CgroupFolders::* folder;
};
constexpr std::array<Controller, 6> kControllers = {{{"", &CgroupFolders::unified},
                                                     {"cpu", &CgroupFolders::cpu},
                                                     {"cpuacct", &CgroupFolders::cpuacct},
                                                     {"memory", &CgroupFolders::memory},
                                                     {"pids", &CgroupFolders::pids},
                                                     {"blkio", &CgroupFolders::blkio}}};

// `group_of` says the group's path for a controller; empty: none.
template <typename GroupOf>
CgroupFolders folders_of(const fs::path& root, const std::string& mounts, const GroupOf& group_of) {
    CgroupFolders folders;
    for (const Controller& each : kControllers) {
        const auto mount = cgroup_mount(mounts, each.name);
        const std::string group = group_of(each.name);
        if (!mount || group.empty()) continue;
        const fs::path path = fs::path(group).relative_path();
        const fs::path folder = root / fs::path(*mount).relative_path() / path;
        std::error_code error;
        if (!fs::is_directory(folder, error)) continue;
        folders.*each.folder = folder;
        folders.name = "/" + path.native();
    }
    return folders;
}

std::optional<Duration> time_of(std::optional<std::uint64_t> count, std::uint64_t unit_ns) {
    if (!count || *count > 9'000'000'000'000'000'000 / unit_ns) return {};
    return std::chrono::nanoseconds(*count * unit_ns);
}

void add_faults(CgroupUsage& usage, const std::string& memory_stat) {
    usage.minor_faults = value_of(memory_stat, "pgfault").value_or(0);
    usage.major_faults = value_of(memory_stat, "pgmajfault").value_or(0);
}

void add_version2(CgroupUsage& usage, const fs::path& folder) {
    const std::string cpu = read(folder / "cpu.stat");
    usage.cpu = time_of(value_of(cpu, "usage_usec"), 1000);
    usage.user = time_of(value_of(cpu, "user_usec"), 1000);
    usage.system = time_of(value_of(cpu, "system_usec"), 1000);
    usage.throttle = parse_throttle(cpu);
    const std::string memory = read(folder / "memory.stat");
    usage.anonymous_bytes = value_of(memory, "anon");
    add_faults(usage, memory);
    usage.memory_bytes = parse_limit(read(folder / "memory.current"));
    usage.memory_limit_bytes = parse_limit(read(folder / "memory.max"));
    usage.out_of_memory_kills = value_of(read(folder / "memory.events"), "oom_kill").value_or(0);
    usage.tasks = parse_limit(read(folder / "pids.current"));
    const IoBytes io = parse_io_stat(read(folder / "io.stat"));
    usage.read_bytes = io.read;
    usage.written_bytes = io.written;
    usage.cpu_pressure = parse_pressure(read(folder / "cpu.pressure"));
    usage.memory_pressure = parse_pressure(read(folder / "memory.pressure"));
    usage.io_pressure = parse_pressure(read(folder / "io.pressure"));
}

// Where hierarchies are mixed, a controller is in one of them: what version 1 has is taken then.
void add_version1(CgroupUsage& usage, const CgroupFolders& folders) {
    if (!folders.cpuacct.empty()) {
        usage.cpu = time_of(parse_limit(read(folders.cpuacct / "cpuacct.usage")), 1);
        const std::string stat = read(folders.cpuacct / "cpuacct.stat");
        usage.user = ticks(value_of(stat, "user").value_or(0));
        usage.system = ticks(value_of(stat, "system").value_or(0));
    }
    if (!folders.cpu.empty()) usage.throttle = parse_throttle(read(folders.cpu / "cpu.stat"));
    if (!folders.memory.empty()) {
        const std::string memory = read(folders.memory / "memory.stat");
        usage.anonymous_bytes = value_of(memory, "total_rss");
        if (!usage.anonymous_bytes) usage.anonymous_bytes = value_of(memory, "rss");
        add_faults(usage, memory);
        usage.memory_bytes = parse_limit(read(folders.memory / "memory.usage_in_bytes"));
        usage.memory_limit_bytes = parse_limit(read(folders.memory / "memory.limit_in_bytes"));
        usage.out_of_memory_kills =
            value_of(read(folders.memory / "memory.oom_control"), "oom_kill").value_or(0);
    }
    if (!folders.pids.empty()) usage.tasks = parse_limit(read(folders.pids / "pids.current"));
    if (!folders.blkio.empty()) {
        const IoBytes io = parse_io_stat(read(folders.blkio / "blkio.throttle.io_service_bytes"));
        usage.read_bytes = io.read;
        usage.written_bytes = io.written;
    }
}

}  // namespace

std::optional<double> cpu_quota(const fs::path& root) {
    std::optional<double> least;
    for (const Group& group : cpu_groups(root)) {
        for (fs::path folder = group.folder;; folder = folder.parent_path()) {
            const auto quota = quota_in(folder, group.version2);
            if (quota) least = std::min(least.value_or(*quota), *quota);
            if (folder == group.mount || folder == folder.parent_path()) break;
        }
    }
    return least;
}

ThrottleCounters throttle_counters(const fs::path& root) {
    ThrottleCounters sum;
    for (const Group& group : cpu_groups(root)) {
        const ThrottleCounters counters = parse_throttle(read(group.folder / "cpu.stat"));
        sum.periods += counters.periods;
        sum.throttled_periods += counters.throttled_periods;
        sum.throttled += counters.throttled;
    }
    return sum;
}

Result<CgroupFolders> find_cgroup(const std::string& group, const fs::path& root) {
    const std::string mounts = read(root / "proc/self/mountinfo");
    fs::path name = group;
    // Of a folder, what stands below its mount.
    for (const Controller& each : kControllers) {
        const auto mount = cgroup_mount(mounts, each.name);
        if (!mount) continue;
        const auto below = fs::path(group).lexically_relative(*mount);
        if (!below.empty() && !below.native().starts_with("..")) name = below;
    }
    const auto folders = folders_of(root, mounts, [&](std::string_view) { return name.native(); });
    if (folders.any()) return folders;
    std::string places;
    for (const Controller& each : kControllers) {
        if (const auto mount = cgroup_mount(mounts, each.name))
            places += fmt::format("{}{}", places.empty() ? "" : ", ", *mount);
    }
    return fail(Error::Kind::not_found,
                places.empty()
                    ? fmt::format("there is no cgroup '{}': no hierarchy is mounted here", group)
                    : fmt::format("there is no cgroup '{}': looked in {}", group, places));
}

std::optional<CgroupFolders> cgroup_of(int pid, const fs::path& root) {
    const std::string mounts = read(root / "proc/self/mountinfo");
    const std::string of_process = read(root / "proc" / std::to_string(pid) / "cgroup");
    const auto folders = folders_of(root, mounts, [&](std::string_view controller) {
        const auto found = group_in(of_process, controller);
        return found && *found != "/" ? std::string(*found) : std::string();
    });
    if (!folders.any()) return {};
    return folders;
}

std::optional<double> cpu_quota_of(const CgroupFolders& folders) {
    if (!folders.cpu.empty()) return quota_in(folders.cpu, false);
    return folders.unified.empty() ? std::nullopt : quota_in(folders.unified, true);
}

CgroupUsage usage_of_cgroup(const CgroupFolders& folders) {
    CgroupUsage usage;
    if (!folders.unified.empty()) add_version2(usage, folders.unified);
    add_version1(usage, folders);
    return usage;
}

}  // namespace mettle::host
