#include "mettle/analysis/paired_validity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace mettle::analysis {
namespace {

constexpr std::array<std::string_view, 4> kOfTheHost = {"send_lag_p99", "ks_distance", "steal",
                                                        "throttled"};
// A change of 5 % in the target shows as 4 % in the sum of both, still beyond the line of blame.
constexpr double kMostLag = 0.2;

double quantile(const Histogram& histogram, double share) {
    return histogram.count() > 0 ? static_cast<double>(histogram.quantile(share)) : 0;
}

}  // namespace

std::string doubt_in_pair(const results::RunResult& run) {
    std::size_t broken = 0;  // Reasons stand in the order of the checks that do not hold.
    for (const auto& check : run.validity.checks) {
        if (check.holds) continue;
        const bool excused = std::ranges::find(kOfTheHost, check.name) != kOfTheHost.end();
        if (!excused)
            return broken < run.validity.reasons.size() ? run.validity.reasons[broken] : check.name;
        ++broken;
    }
    const double lag = quantile(run.validity.send_lag_us, 0.5);
    const double latency = quantile(run.totals.times.latency, 0.5);
    if (lag > kMostLag * latency && latency > 0)
        return fmt::format(
            "half of the requests left {:.0f} us or more after they were due, of a "
            "median latency of {:.0f} us",
            lag, latency);
    return "";
}

double lag_in_p99(const results::RunResult& run) {
    const double latency = quantile(run.totals.times.latency, 0.99);
    return latency > 0 ? std::min(1.0, quantile(run.validity.send_lag_us, 0.99) / latency) : 0;
}

}  // namespace mettle::analysis
