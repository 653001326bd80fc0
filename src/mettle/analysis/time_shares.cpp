#include "mettle/analysis/time_shares.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace mettle::analysis {
namespace {

constexpr double kRounding = 1e-3;  // Of the whole: means of histograms are no more exact.

}  // namespace

TimeShares time_shares(const LoadPicture& picture) {
    TimeShares shares;
    double sum = 0;
    for (const auto& [name, ms] : picture.phases) {
        if (ms <= 0) continue;
        shares.parts.push_back({name, ms, 0});
        sum += ms;
    }
    if (sum <= 0) return {picture.latency_ms, false, {}};
    shares.overlap = sum > picture.latency_ms * (1 + kRounding);
    shares.whole_ms = std::max(sum, picture.latency_ms);
    const double rest = shares.whole_ms - sum;
    if (rest > kRounding * shares.whole_ms)
        shares.parts.push_back({"unexplained", rest, 0});
    else
        shares.whole_ms = sum;
    for (TimePart& part : shares.parts) part.share = part.ms / shares.whole_ms;
    return shares;
}

std::vector<int> whole_percents(const std::vector<double>& parts) {
    const double sum = std::reduce(parts.begin(), parts.end());
    std::vector<int> percents(parts.size(), 0);
    if (sum <= 0) return percents;
    std::vector<std::size_t> order(parts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto exact = [&](std::size_t at) { return 100 * parts[at] / sum; };
    for (const std::size_t at : order) percents[at] = static_cast<int>(std::floor(exact(at)));
    std::ranges::sort(order, {}, [&](std::size_t at) {
        return std::pair(percents[at] - exact(at), at);  // By the remainder, largest first.
    });
    const int missing = 100 - std::reduce(percents.begin(), percents.end());
    for (int each = 0; each < missing; ++each) ++percents[order[each % order.size()]];
    return percents;
}

}  // namespace mettle::analysis
