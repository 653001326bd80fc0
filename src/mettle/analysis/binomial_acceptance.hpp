#pragma once

// How many requests may be over a limit before a claim like "99 % are under it" is no longer
// supported. Exact, no normal approximation: the claim is accepted with t of n over when a service
// that just misses it would do as well or better with a probability of at most 1 - confidence,
//
//     P[Bin(n, 1 - quantile) <= t] <= 1 - confidence.
//
// MLPerf LoadGen stops early by the same rule (loadgen/early_stopping.cc). For p99 at 99 %: 459
// requests with none over, 662 with one, 2,010 with ten. Holds for independent requests: thin
// first.

#include <cstdint>

namespace mettle::analysis {

struct QuantileClaim {
    double quantile = 0.99;    // REQUIRES: between 0 and 1, both excluded
    double confidence = 0.99;  // REQUIRES: as above
};

// The probability that at most `over` of `n` are over if each is with probability 1 - quantile.
double probability_of_at_most(std::uint64_t over, std::uint64_t n, double quantile);

// The smallest n that accepts the claim with `over` over.
std::uint64_t requests_needed(std::uint64_t over, const QuantileClaim& claim);

// The most that may be over among n; -1 when n is too small for any.
std::int64_t most_over(std::uint64_t n, const QuantileClaim& claim);

}  // namespace mettle::analysis
