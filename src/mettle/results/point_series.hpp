#pragma once

// The series of a run in bounded memory: a point a second, until there are too many. Then
// neighbours become one, and from then on a point stands for twice as many seconds, so that a run
// of a week is kept as coarsely as it must be.

#include "mettle/results/run_result.hpp"

#include <cstddef>
#include <vector>

namespace mettle::results {

class PointSeries {
public:
    static constexpr std::size_t kMostPoints = 3600;  // An hour by the second.

    // `points`, which is empty, must live longer.
    explicit PointSeries(std::vector<SeriesPoint>& points, std::size_t most = kMostPoints);

    // Ascending by t_s.
    void add(const SeriesPoint& second);

private:
    void halve();

    std::vector<SeriesPoint>& points_;
    std::size_t most_;
    std::size_t per_point_ = 1, in_point_ = 0;  // Seconds that make one point now.
};

// Adds a point to the one before it, which stands for `into_s` seconds. Rates and CPU become their
// means over the time. Percentiles are never averaged: they become those of the worst second, as
// memory and requests in flight become their largest. Users are those at the end.
void join(SeriesPoint& into, double into_s, const SeriesPoint& later);

}  // namespace mettle::results
