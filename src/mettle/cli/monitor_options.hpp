#pragma once

// Whom to watch beside the load: flags that load and prove share.

#include "mettle/http/url.hpp"
#include "mettle/monitor/monitor.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace mettle::cli {

class Flags;

struct MonitorOptions {
    monitor::TargetChoice target;
    std::vector<http::Url> scrape;
    bool off = false;
};

// `options` must outlive the flags.
void add_monitor_flags(Flags& flags, MonitorOptions& options);

// Refuses --pid with --cgroup, and either with --no-monitor.
Result<void> check(const MonitorOptions& options);

}  // namespace mettle::cli
