#pragma once

// Isotonic regression: the non-decreasing sequence nearest to noisy values, by pooling adjacent
// violators (Ayer et al. 1955). A latency can only rise with the rate; a measurement that says
// otherwise is noise, and pooling it with its neighbours keeps one bad probe from deciding.

#include <optional>
#include <span>
#include <vector>

namespace mettle::analysis {

struct WeightedPoint {
    double x = 0;
    double y = 0;
    double weight = 1;  // REQUIRES: positive
};

// `points` ordered by x. The result has one value for each of them.
std::vector<double> isotonic_fit(std::span<const WeightedPoint> points);

// Where the fit crosses 0, linear between the last value below and the first not below; nothing
// where it does not cross. `points` in any order.
std::optional<double> isotonic_root(std::vector<WeightedPoint> points);

}  // namespace mettle::analysis
