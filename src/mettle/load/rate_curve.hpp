#pragma once

// A rate over time, read backwards: when has so much come together? Arrivals of any law at a rate
// that changes are those at rate 1, at the moments at which the curve's area reaches theirs.

#include "mettle/base/units.hpp"
#include "mettle/load/load_shape.hpp"

#include <vector>

namespace mettle::load {

// Immutable. Seconds from the start of the load.
class RateCurve {
public:
    // REQUIRES: per_second > 0
    static RateCurve constant(double per_second);
    // `mean` a second in all, and all of it within the first `on` of each `on + off`.
    // REQUIRES: mean, on and off > 0
    static RateCurve bursts(double mean, Duration on, Duration off);
    // The straight lines of a shape, then its last rate for ever.
    static RateCurve stages(const LoadShape& shape);

    // When `area` has come together: the last such moment, so that nothing comes while the rate
    // is 0. Infinite when it never has. REQUIRES: area >= 0
    double moment_of(double area) const;
    // The area up to `at_s`.
    double area_until(double at_s) const;

private:
    // From `from_s` on, at `rate` + `slope` × the time since; `area` has come before it.
    struct Piece {
        double from_s;
        double area;
        double rate;
        double slope;
    };
    RateCurve() = default;
    void add(double from_s, double rate, double slope);
    double within(double area) const;

    std::vector<Piece> pieces_;  // The first begins at 0; the last has no end.
    // Of a curve that begins again and again; 0: it does not.
    double period_s_ = 0;
    double area_of_period_ = 0;
};

}  // namespace mettle::load
