#pragma once

#include "mettle/base/units.hpp"

#include <cstdint>

namespace mettle {

// How long a run takes by the number of its rows: a + b·n. Measured at warm-up.
struct TimeModel {
    // Through the times of one run of 1 row and one of `rows`; never negative.
    static TimeModel through(Duration one_row, Duration many_rows, std::int64_t rows);

    Duration predict(std::int64_t rows) const { return fixed + per_row * rows; }

    // Rows in a run beyond which more of them make a row cheaper by less than a tenth, while all
    // that are in the run wait for its end: where a / n is a tenth of b. At least 1.
    std::int64_t best_batch() const;

    Duration fixed{};
    Duration per_row{};
};

// Where a call runs: on the I/O thread that read it, or on one of the model's workers.
enum class Lane { inline_on_io, worker };

// A run shorter than this is done where it was read: handing it over and back costs more.
inline constexpr Duration kInlineLimit = std::chrono::microseconds(20);

}  // namespace mettle
