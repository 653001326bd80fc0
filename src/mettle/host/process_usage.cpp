#include "mettle/host/process_usage.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace mettle::host {
namespace {

Duration ticks(std::uint64_t count) {
    static const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    return std::chrono::nanoseconds(count * (1'000'000'000 / per_second));
}

// The fields of /proc/PID/stat that matter; see proc(5) for their numbers.
struct Stat {
    char state = 'Z';
    std::uint64_t utime = 0, stime = 0, cutime = 0, cstime = 0;
    int threads = 0;
    std::uint64_t rss_pages = 0;
};

std::optional<Stat> read_stat(int pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string line;
    if (!std::getline(file, line)) return {};
    const auto name_end = line.rfind(')');  // The name may hold blanks and brackets itself.
    if (name_end == std::string::npos) return {};
    std::istringstream fields(line.substr(name_end + 1));
    Stat stat;
    std::string skip;
    fields >> stat.state;                                      // 3
    for (int field = 4; field <= 13; ++field) fields >> skip;  // ppid to cmajflt
    fields >> stat.utime >> stat.stime >> stat.cutime >> stat.cstime;
    fields >> skip >> skip >> stat.threads;            // priority, nice, 20
    fields >> skip >> skip >> skip >> stat.rss_pages;  // itrealvalue to vsize, 24
    if (!fields) return {};
    return stat;
}

std::uint64_t read_pss(int pid) {
    std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("Pss:")) return std::stoull(line.substr(4)) * 1024;
    }
    return 0;
}

// A child belongs to the thread that made it, so every thread has a list.
std::vector<int> children_of(int pid) {
    std::vector<int> children;
    std::error_code error;
    const std::string folder = fmt::format("/proc/{}/task", pid);
    for (std::filesystem::directory_iterator task(folder, error), end; !error && task != end;
         task.increment(error)) {
        std::ifstream file(task->path() / "children");
        for (int child = 0; file >> child;) children.push_back(child);
    }
    return children;
}

void add(ProcessUsage& usage, const Stat& stat, int pid, WithPss pss) {
    static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    usage.user += ticks(stat.utime + stat.cutime);
    usage.system += ticks(stat.stime + stat.cstime);
    usage.rss_bytes += stat.rss_pages * page;
    if (pss == WithPss::yes) usage.pss_bytes += read_pss(pid);
    usage.threads += stat.threads;
    ++usage.processes;
}

// Lines of /proc/stat: "cpu0 user nice system idle iowait irq softirq steal guest guest_nice", and
// "cpu" for all together; guest time is contained in user.
template <typename Wanted>
HostCpu sum_of_lines(const Wanted& wanted) {
    std::ifstream file("/proc/stat");
    HostCpu cpu;
    for (std::string line; std::getline(file, line) && line.starts_with("cpu");) {
        std::istringstream words(line);
        std::string name;
        std::array<std::uint64_t, 8> field{};
        words >> name;
        if (!wanted(name)) continue;
        for (auto& value : field) words >> value;
        cpu.busy += ticks(field[0] + field[1] + field[2] + field[5] + field[6]);
        cpu.interrupts += ticks(field[5] + field[6]);
        cpu.idle += ticks(field[3] + field[4]);
        cpu.steal += ticks(field[7]);
    }
    return cpu;
}

}  // namespace

std::optional<ProcessUsage> usage_of_tree(int pid, WithPss pss) {
    const auto root = read_stat(pid);
    if (!root || root->state == 'Z' || root->state == 'X') return {};
    ProcessUsage usage;
    add(usage, *root, pid, pss);
    constexpr std::size_t kMostProcesses = 4096;  // A fork bomb must not hold us up.
    std::vector<int> waiting = children_of(pid);
    for (std::size_t next = 0; next < waiting.size() && next < kMostProcesses; ++next) {
        if (const auto stat = read_stat(waiting[next])) add(usage, *stat, waiting[next], pss);
        const auto children = children_of(waiting[next]);
        waiting.insert(waiting.end(), children.begin(), children.end());
    }
    return usage;
}

HostCpu host_cpu() {
    return sum_of_lines([](std::string_view name) { return name == "cpu"; });
}

HostCpu host_cpu(std::span<const int> cpus) {
    return sum_of_lines([&](std::string_view name) {
        return std::ranges::any_of(cpus,
                                   [&](int cpu) { return name == fmt::format("cpu{}", cpu); });
    });
}

double steal_share(const HostCpu& before, const HostCpu& after) {
    const Duration steal = after.steal - before.steal;
    const Duration all = steal + after.busy - before.busy + after.idle - before.idle;
    if (all <= Duration::zero()) return 0;
    return static_cast<double>(steal.count()) / static_cast<double>(all.count());
}

}  // namespace mettle::host
