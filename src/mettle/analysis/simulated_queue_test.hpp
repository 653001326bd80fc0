#pragma once

// Queues whose law is known, for tests of what is said about them.

#include <cstdint>
#include <random>
#include <vector>

namespace mettle::analysis {

// Sojourn times (ms) of an M/D/1 queue: Poisson arrivals at `rate` a second for `seconds`, one
// server, every service `service_ms`. By Lindley's recursion, exact for the sample.
inline std::vector<double> simulate_m_d_1(double rate, double service_ms, double seconds,
                                          std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::exponential_distribution<double> gap(rate / 1000);
    std::vector<double> sojourn_ms;
    double now = 0, free_at = 0;
    while ((now += gap(random)) < seconds * 1000) {
        free_at = std::max(free_at, now) + service_ms;
        sojourn_ms.push_back(free_at - now);
    }
    return sojourn_ms;
}

}  // namespace mettle::analysis
