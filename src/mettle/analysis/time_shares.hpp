#pragma once

// A request's mean time as shares of one whole, which sum to 1: all from the due time on, by the
// phases that are known, and what none of them explains.

#include "mettle/analysis/attribution.hpp"

namespace mettle::analysis {

struct TimePart {
    std::string name;  // A phase, or "unexplained".
    double ms = 0;
    double share = 0;
};

struct TimeShares {
    double whole_ms = 0;          // The mean latency, or the sum of the phases where that is more:
    bool overlap = false;         // then some of them ran at the same time, or hold each other.
    std::vector<TimePart> parts;  // Of those above 0, in the order of a request's way.
};
TimeShares time_shares(const LoadPicture& picture);

// Percentages that sum to 100, each within 1 of its own (largest remainder); all 0 without a sum.
// REQUIRES: none is negative
std::vector<int> whole_percents(const std::vector<double>& parts);

}  // namespace mettle::analysis
