#include "mettle/host/cgroup.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
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

bool has_word(const std::string& list, std::string_view word) {
    std::istringstream words(list);
    for (std::string each; std::getline(words, each, ',');) {
        if (each == word) return true;
    }
    return false;
}

// The path of this process's group from /proc/self/cgroup: lines "ID:controllers:path", where
// version 2 has no controllers.
std::optional<std::string> path_of_group(const fs::path& root, bool version2) {
    std::ifstream file(root / "proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        if (version2 ? controllers.empty() : has_word(controllers, "cpu"))
            return line.substr(second + 1);
    }
    return {};
}

// A container often sees the host's path in /proc/self/cgroup, while its own group is mounted as
// the root: then the folder does not exist, and the mount is the group.
fs::path folder_of(const fs::path& mount, const std::string& path) {
    const fs::path folder = mount / fs::path(path).relative_path();
    std::error_code error;
    return fs::is_directory(folder, error) ? folder : mount;
}

// Mount lines: "id parent dev root MOUNT options [optional]... - TYPE source SUPER".
std::vector<Group> cpu_groups(const fs::path& root) {
    std::vector<Group> groups;
    std::ifstream file(root / "proc/self/mountinfo");
    for (std::string line; std::getline(file, line);) {
        std::istringstream head(line);
        std::string skip, mount, type, source, super;
        head >> skip >> skip >> skip >> skip >> mount;
        const auto dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        std::istringstream tail(line.substr(dash + 3));
        tail >> type >> source >> super;
        const bool version2 = type == "cgroup2";
        if (!version2 && (type != "cgroup" || !has_word(super, "cpu"))) continue;
        const auto path = path_of_group(root, version2);
        if (!path) continue;
        const fs::path at = root / fs::path(mount).relative_path();
        groups.push_back({at, folder_of(at, *path), version2});
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
    ThrottleCounters counters;
    for (const Group& group : cpu_groups(root)) {
        std::ifstream file(group.folder / "cpu.stat");
        std::string key;
        for (std::uint64_t value = 0; file >> key >> value;) {
            if (key == "nr_periods") counters.periods += value;
            if (key == "nr_throttled") counters.throttled_periods += value;
            if (key == "throttled_usec") counters.throttled += std::chrono::microseconds(value);
            if (key == "throttled_time") counters.throttled += std::chrono::nanoseconds(value);
        }
    }
    return counters;
}

}  // namespace mettle::host
