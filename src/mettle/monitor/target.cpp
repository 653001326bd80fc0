#include "mettle/monitor/target.hpp"

#include "mettle/host/cgroup_files.hpp"
#include "mettle/host/sockets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sched.h>

#include <algorithm>

namespace mettle::monitor {
namespace {

double cores_of(int pid) {
    cpu_set_t set;
    if (::sched_getaffinity(pid, sizeof set, &set) != 0) return 0;
    const double cores = CPU_COUNT(&set);
    const auto group = host::cgroup_of(pid);
    const auto quota = group ? host::cpu_quota_of(*group) : std::nullopt;
    return quota ? std::min(cores, *quota) : cores;
}

std::string named(int pid) {
    return fmt::format("{} ({})", pid, host::name_of_process(pid));
}

std::string words_of(const std::vector<int>& roots) {
    if (roots.size() == 1) return fmt::format("process {} and its children", named(roots[0]));
    std::vector<std::string> names;
    for (const int pid : roots) names.push_back(named(pid));
    return fmt::format("processes {} and their children", fmt::join(names, ", "));
}

WatchedTarget watch(std::vector<int> roots) {
    WatchedTarget target;
    target.words = words_of(roots);
    for (const int pid : roots) target.cores = std::max(target.cores, cores_of(pid));
    target.roots = std::move(roots);
    return target;
}

Result<WatchedTarget> watch_group(const std::string& name) {
    auto folders = host::find_cgroup(name);
    if (!folders) return std::unexpected(folders.error());
    WatchedTarget target;
    target.words = fmt::format("cgroup {}", folders->name);
    target.cores = host::cpu_quota_of(*folders).value_or(0);
    target.group = std::move(*folders);
    return target;
}

}  // namespace

std::optional<host::ProcessUsage> WatchedTarget::usage() const {
    if (!group) return host::usage_of_trees(roots);
    const host::CgroupUsage used = host::usage_of_cgroup(*group);
    if (!used.cpu) return {};
    host::ProcessUsage usage;
    usage.user = *used.cpu - used.system.value_or(Duration::zero());
    usage.system = *used.cpu - usage.user;
    usage.rss_bytes = used.anonymous_bytes.value_or(used.memory_bytes.value_or(0));
    usage.threads = static_cast<int>(used.tasks.value_or(0));
    return usage;
}

WatchedTarget watch_process(int pid) {
    return watch({pid});
}

Result<WatchedTarget> find_target(const TargetChoice& choice, const http::Url& url) {
    if (!choice.cgroup.empty()) return watch_group(choice.cgroup);
    if (choice.pid) {
        if (!host::usage_of_process(*choice.pid))
            return fail(Error::Kind::not_found, fmt::format("there is no process {}", *choice.pid));
        return watch({*choice.pid});
    }
    WatchedTarget nobody;
    if (!url.is_loopback()) {
        nobody.words = "it is not on this machine (--pid, --cgroup or --scrape say where to look)";
        return nobody;
    }
    auto roots = host::processes_listening_on(url.port);
    if (roots.empty()) {
        nobody.words = fmt::format(
            "no process of this user listens on port {} (--pid or --cgroup say which it is)",
            url.port);
        return nobody;
    }
    return watch(std::move(roots));
}

}  // namespace mettle::monitor
