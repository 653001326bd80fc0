#include "mettle/analysis/thinning.hpp"

#include <algorithm>
#include <numeric>

namespace mettle::analysis {

double autocorrelation(std::span<const std::uint8_t> flags, std::size_t lag) {
    if (flags.size() <= lag) return 0;
    const auto ones = std::accumulate(flags.begin(), flags.end(), std::uint64_t{0});
    const auto n = static_cast<double>(flags.size());
    const double mean = static_cast<double>(ones) / n;
    const double variance = mean * (1 - mean);
    if (variance <= 0) return 0;
    const std::size_t pairs = flags.size() - lag;
    double sum = 0;
    for (std::size_t index = 0; index < pairs; ++index)
        sum += (flags[index] - mean) * (flags[index + lag] - mean);
    return sum / static_cast<double>(pairs) / variance;
}

Thinned thin(std::span<const std::uint8_t> over, double most) {
    std::size_t every = 1;
    // Steps grow with k: exact for small ones, a tenth for large ones, so 100,000 flags take some
    // hundred passes at worst.
    while (every < over.size() && autocorrelation(over, every) >= most)
        every += std::max<std::size_t>(1, every / 10);
    Thinned kept{every, 0, 0};
    for (std::size_t index = 0; index < over.size(); index += every) {
        ++kept.n;
        kept.over += over[index];
    }
    return kept;
}

}  // namespace mettle::analysis
