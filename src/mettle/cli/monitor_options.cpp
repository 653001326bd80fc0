#include "mettle/cli/monitor_options.hpp"

#include "mettle/base/units.hpp"
#include "mettle/cli/flags.hpp"

#include <fmt/format.h>

namespace mettle::cli {
namespace {

constexpr std::size_t kMostPages = 8;
constexpr double kMostPid = 4'194'304;  // Linux has no higher one.

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<int> parse_pid(const std::string& text) {
    const auto number = parse_number(text);
    if (!number || *number < 1 || *number > kMostPid || *number != static_cast<int>(*number))
        return invalid(fmt::format("'{}' is no process: write its number", text));
    return static_cast<int>(*number);
}

// "localhost:9100" is meant as the page where exporters have theirs.
Result<http::Url> parse_page(const std::string& text) {
    auto url = http::parse_url(text);
    if (url && url->target == "/") url->target = "/metrics";
    return url;
}

}  // namespace

void add_monitor_flags(Flags& flags, MonitorOptions& options) {
    const char* group = "Watching";
    flags
        .add(
            "--pid",
            [&options](const std::string& text) -> Result<void> {
                const auto pid = parse_pid(text);
                if (!pid) return std::unexpected(pid.error());
                options.target.pid = *pid;
                return {};
            },
            "the target's process, with its children", "on this machine: who listens on its port")
        ->group(group);
    flags.app()
        .add_option("--cgroup", options.target.cgroup,
                    "the target's control group, as system.slice/app.service or a folder under "
                    "/sys/fs/cgroup")
        ->group(group);
    flags
        .add_list(
            "--scrape",
            [&options](const std::string& text) -> Result<void> {
                auto url = parse_page(text);
                if (!url) return std::unexpected(url.error());
                if (options.scrape.size() >= kMostPages)
                    return invalid(fmt::format("at most {} pages are scraped", kMostPages));
                options.scrape.push_back(std::move(*url));
                return {};
            },
            "a page of Prometheus metrics, the target's own or an exporter's; repeatable")
        ->group(group);
    flags.app()
        .add_flag("--no-monitor", options.off, "watch nothing beside the load")
        ->group(group);
}

Result<void> check(const MonitorOptions& options) {
    const bool chosen = options.target.pid || !options.target.cgroup.empty();
    if (options.target.pid && !options.target.cgroup.empty())
        return invalid("--pid and --cgroup both say what the target is: give one of them");
    if (options.off && (chosen || !options.scrape.empty()))
        return invalid("--no-monitor watches nothing: leave it out for --pid, --cgroup, --scrape");
    return {};
}

}  // namespace mettle::cli
