#pragma once

// Which resource gives out first as the rate grows, and which next: what each used at several
// rates, laid along a line (used = a + b × rate, least squares, a ≥ 0) to where it would be full.
// Utilisation grows with throughput by the utilisation law, U = X × D (Denning and Buzen 1978), so
// that the slope b is the demand of a request.

#include "mettle/analysis/attribution.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mettle::analysis {

struct Saturation {
    std::string resource;  // "CPU of the target"
    std::string unit;      // "cores" or "share"
    double limit = 0;
    double used = 0;         // The most that was seen.
    double used_at_rps = 0;  // There.
    double per_request = 0;  // b, in units × seconds.
    double full_at_rps = 0;  // Where the line meets the limit, or where it was seen to be full.
    bool seen = false;       // It was full, at nine tenths or more: no prediction.
    // 0 to 1: how well the points lie on a line (R²), and how far they reach towards the limit.
    double confidence = 0;
    std::string sentence() const;
};

// In the order in which they are full. Of the pictures of one search; those that cannot be seen,
// that the load adds less than a fifth to, or of which a tenth of confidence is not reached are
// left out.
std::vector<Saturation> order_of_saturation(std::span<const LoadPicture> pictures);

}  // namespace mettle::analysis
