#include "mettle/report/resource_line.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace mettle::report {
namespace {

using results::Resources;

// Below this nothing stood still for want of anything.
constexpr double kWorthALook = 0.05;

std::string size(double bytes) {
    return format_size(static_cast<std::uint64_t>(bytes));
}

void add_target(const Resources& seen, std::vector<std::string>& parts) {
    if (const auto* cpu = seen.find("target.cpu"))
        parts.push_back(fmt::format("target {:.2f} cores (at most {:.2f})", cpu->mean, cpu->max));
    if (const auto* rss = seen.find("target.rss"))
        parts.push_back(fmt::format("RSS {} (began with {})", size(rss->last), size(rss->first)));
    if (const auto* throttled = seen.find("target.throttled"); throttled && throttled->mean > 0.01)
        parts.push_back(fmt::format("throttled in {:.0f} % of its periods", throttled->mean * 100));
}

void add_host(const Resources& seen, std::vector<std::string>& parts) {
    if (const auto* cpu = seen.find("host.cpu"))
        parts.push_back(fmt::format("host {:.2f} cores", cpu->mean));
    for (const char* resource : {"cpu", "memory", "io"}) {
        const auto* pressure = seen.find(fmt::format("host.{}_pressure", resource));
        if (pressure && pressure->mean >= kWorthALook)
            parts.push_back(fmt::format("{} pressure {:.0f} %", resource, pressure->mean * 100));
    }
    if (const auto* steal = seen.find("host.steal"); steal && steal->mean >= kWorthALook)
        parts.push_back(fmt::format("{:.2f} cores stolen", steal->mean));
    if (const auto* gpu = seen.find("gpu0.utilisation"))
        parts.push_back(fmt::format("GPU {:.0f} %", gpu->mean * 100));
}

}  // namespace

std::string resource_lines(const Resources& seen) {
    std::vector<std::string> parts;
    add_target(seen, parts);
    add_host(seen, parts);
    std::string text;
    if (!parts.empty())
        text = fmt::format("resources: {}; watching cost {:.1f} % of a core\n",
                           fmt::join(parts, ", "), seen.monitor_cpu * 100);
    for (const std::string& note : seen.notes) text += note + "\n";
    return text;
}

}  // namespace mettle::report
