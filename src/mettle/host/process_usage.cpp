#include "mettle/host/process_usage.hpp"

#include "mettle/host/process_files.hpp"
#include "mettle/host/text.hpp"

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

std::optional<ProcessStat> read_stat(int pid) {
    std::string text;
    if (!read_file(fmt::format("/proc/{}/stat", pid), text)) return {};
    return parse_process_stat(text);
}

std::uint64_t read_pss(int pid) {
    std::string text;
    read_file(fmt::format("/proc/{}/smaps_rollup", pid), text);
    return parse_pss_bytes(text);
}

constexpr std::size_t kMostProcesses = 4096;  // A fork bomb must not hold us up.
constexpr int kMostThreads = 512;

// Names of /proc/PID/task or /proc/PID/fd that are numbers; none when it may not be read.
std::optional<std::vector<int>> numbers_in(const std::string& folder, std::size_t most) {
    std::vector<int> numbers;
    std::error_code error;
    std::filesystem::directory_iterator each(folder, error);
    if (error) return {};
    for (const std::filesystem::directory_iterator end;
         !error && each != end && numbers.size() < most; each.increment(error)) {
        if (const auto number = whole_number(each->path().filename().native()))
            numbers.push_back(static_cast<int>(*number));
    }
    return numbers;
}

// A child belongs to the thread that made it, so every thread has a list.
void add_children_of(int pid, std::vector<int>& to) {
    std::string text;
    const auto threads = numbers_in(fmt::format("/proc/{}/task", pid), kMostProcesses);
    for (const int thread : threads.value_or(std::vector<int>())) {
        if (!read_file(fmt::format("/proc/{}/task/{}/children", pid, thread), text)) continue;
        std::string_view rest = text;
        for (std::string_view word; !(word = next_word(rest)).empty();) {
            if (const auto child = whole_number(word)) to.push_back(static_cast<int>(*child));
        }
    }
}

void add(ProcessUsage& usage, const ProcessStat& stat, int pid, WithPss pss) {
    static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    usage.user += ticks(stat.user_ticks);
    usage.system += ticks(stat.system_ticks);
    usage.rss_bytes += stat.rss_pages * page;
    if (pss == WithPss::yes) usage.pss_bytes += read_pss(pid);
    usage.minor_faults += stat.minor_faults;
    usage.major_faults += stat.major_faults;
    usage.threads += stat.threads;
    ++usage.processes;
}

void add_details(ProcessDetails& details, int pid) {
    std::string text;
    const std::string folder = fmt::format("/proc/{}", pid);
    if (read_file(folder + "/io", text)) {
        const ProcessIo io = parse_process_io(text);
        details.read_bytes += io.read_bytes;
        details.written_bytes += io.written_bytes;
    }
    const auto descriptors = numbers_in(folder + "/fd", 1 << 20);
    if (!descriptors) details.descriptors = -1;
    if (details.descriptors >= 0) details.descriptors += static_cast<int>(descriptors->size());
    const auto threads = numbers_in(folder + "/task", kMostThreads);
    for (const int thread : threads.value_or(std::vector<int>())) {
        const std::string task = fmt::format("{}/task/{}", folder, thread);
        if (read_file(task + "/schedstat", text)) details.run_wait += parse_run_wait(text);
        if (!read_file(task + "/status", text)) continue;
        const SwitchCounters switches = parse_switches(text);
        details.voluntary_switches += switches.voluntary;
        details.involuntary_switches += switches.involuntary;
    }
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

bool group_lives(int group) {
    const auto pids = numbers_in("/proc", 4 * kMostProcesses);
    return std::ranges::any_of(pids.value_or(std::vector<int>()), [&](int pid) {
        const auto stat = read_stat(pid);
        return stat && stat->group == group && !stat->ended();
    });
}

std::vector<int> processes_of_trees(std::span<const int> roots) {
    std::vector<int> found;
    for (const int root : roots) {
        const auto stat = read_stat(root);
        if (stat && !stat->ended()) found.push_back(root);
    }
    for (std::size_t next = 0; next < found.size() && found.size() < kMostProcesses; ++next)
        add_children_of(found[next], found);
    return found;
}

std::optional<ProcessUsage> usage_of_trees(std::span<const int> roots, WithPss pss) {
    const std::vector<int> processes = processes_of_trees(roots);
    if (processes.empty()) return {};
    ProcessUsage usage;
    for (const int pid : processes) {
        if (const auto stat = read_stat(pid)) add(usage, *stat, pid, pss);
    }
    return usage;
}

std::optional<ProcessUsage> usage_of_tree(int pid, WithPss pss) {
    return usage_of_trees(std::span(&pid, 1), pss);
}

std::optional<ProcessUsage> usage_of_process(int pid) {
    const auto stat = read_stat(pid);
    if (!stat || stat->ended()) return {};
    ProcessUsage usage;
    add(usage, *stat, pid, WithPss::no);
    return usage;
}

ProcessDetails details_of_trees(std::span<const int> roots) {
    ProcessDetails details;
    for (const int pid : processes_of_trees(roots)) add_details(details, pid);
    return details;
}

std::string name_of_process(int pid) {
    std::string text;
    read_file(fmt::format("/proc/{}/comm", pid), text);
    while (text.ends_with('\n')) text.pop_back();
    return text;
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
