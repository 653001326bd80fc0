#pragma once

// What a request of n rows takes: t = a + b·n. The slope is the median of all slopes between two
// sizes (Theil 1950, Sen 1968), so that one odd size does not bend the line; a is the median of
// what is left.

#include <cstdint>
#include <optional>
#include <span>

namespace mettle::analysis {

struct BatchTime {
    double rows = 0, ms = 0;
};

struct BatchLaw {
    double at(double rows) const { return a_ms + b_ms * rows; }
    // The most rows that stay within `limit_ms`: 0 when not even one does, nothing when any number
    // would.
    std::optional<std::int64_t> most_rows(double limit_ms) const;

    double a_ms = 0;   // Of a request, whatever its rows.
    double b_ms = 0;   // Of a row.
    double worst = 0;  // The largest departure of a size from the line, as a share of its time.
};

// Nothing from fewer than two sizes. A line that would fall with rows is level: b is 0.
std::optional<BatchLaw> fit_batch_law(std::span<const BatchTime> times);

}  // namespace mettle::analysis
