#pragma once

// Whether a quantity grows on and on under a load that stays the same: memory, descriptors,
// threads, latency. The trend's size is the median of all slopes (Theil 1950, Sen 1968), its
// certainty Mann's and Kendall's test for a monotone trend (Mann 1945, Kendall 1975), both over
// means of windows, since neighbouring samples are alike. What only settles (caches that fill, a
// heap that finds its size) grows early and then no more, so the last half must grow, too.

#include <cstddef>
#include <optional>
#include <span>

namespace mettle::analysis {

struct Drift {
    double per_s = 0;       // The median slope.
    double before = 0;      // Where the trend's line begins,
    double after = 0;       // and where it ends.
    double p_value = 1;     // Of "no trend upwards", one-sided.
    double late_share = 0;  // The slope of the last half over that of all.
    std::size_t windows = 0;

    double growth() const { return after - before; }
};

// Nothing for fewer than eight samples, or when they take no time. `t_s` ascends; samples that are
// not finite are left out. REQUIRES: equal sizes
std::optional<Drift> drift_of(std::span<const double> t_s, std::span<const double> values);

// What counts as growing.
struct DriftLimit {
    bool operator==(const DriftLimit&) const = default;

    double least = 0;        // Growth in the quantity's unit, and
    double least_share = 0;  // as a share of where it began: both must be exceeded.
    double significance = 1e-3;
    double late_share = 0.5;
};
bool grows(const Drift& drift, const DriftLimit& limit);

}  // namespace mettle::analysis
