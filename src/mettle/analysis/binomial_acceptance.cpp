#include "mettle/analysis/binomial_acceptance.hpp"

#include <boost/math/special_functions/beta.hpp>

namespace mettle::analysis {
namespace {

bool accepts(std::uint64_t over, std::uint64_t n, const QuantileClaim& claim) {
    return probability_of_at_most(over, n, claim.quantile) <= 1 - claim.confidence;
}

// The smallest x above `low` for which `holds`, which must be monotone; doubles, then bisects.
template <typename Predicate>
std::uint64_t smallest_above(std::uint64_t low, const Predicate& holds) {
    std::uint64_t step = 1;
    while (!holds(low + step)) {
        low += step;
        step *= 2;
    }
    std::uint64_t high = low + step;
    while (high - low > 1) {
        const std::uint64_t middle = low + (high - low) / 2;
        (holds(middle) ? high : low) = middle;
    }
    return high;
}

}  // namespace

double probability_of_at_most(std::uint64_t over, std::uint64_t n, double quantile) {
    if (over >= n) return 1;
    // P[Bin(n, p) <= t] is the regularised incomplete beta I_{1-p}(n - t, t + 1).
    return boost::math::ibeta(static_cast<double>(n - over), static_cast<double>(over + 1),
                              quantile);
}

std::uint64_t requests_needed(std::uint64_t over, const QuantileClaim& claim) {
    return smallest_above(over, [&](std::uint64_t n) { return accepts(over, n, claim); });
}

std::int64_t most_over(std::uint64_t n, const QuantileClaim& claim) {
    if (n == 0 || !accepts(0, n, claim)) return -1;
    const auto refused = smallest_above(0, [&](std::uint64_t t) { return !accepts(t, n, claim); });
    return static_cast<std::int64_t>(refused) - 1;
}

}  // namespace mettle::analysis
