#pragma once

// Whom to watch: the target's processes or its control group, as said, or found by the port.

#include "mettle/base/result.hpp"
#include "mettle/host/cgroup.hpp"
#include "mettle/host/process_usage.hpp"
#include "mettle/http/url.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mettle::monitor {

// At most one of the two.
struct TargetChoice {
    std::optional<int> pid;
    std::string cgroup;
};

struct WatchedTarget {
    bool seen() const { return !roots.empty() || group; }
    // CPU and memory now; nothing when it has ended. Thread-safe.
    std::optional<host::ProcessUsage> usage() const;

    std::vector<int> roots;                    // Of its trees of processes.
    std::optional<host::CgroupFolders> group;  // A target that is a whole group.
    std::string words;                         // "process 123 (python3) and its children"
    double cores = 0;                          // What it may use; 0 where unknown.
};

// Errors are the user's to put right: a process or a group that is not there. A target on another
// machine, or one whose process this user may not see, is nobody: `words` says why.
Result<WatchedTarget> find_target(const TargetChoice& choice, const http::Url& url);

WatchedTarget watch_process(int pid);

}  // namespace mettle::monitor
