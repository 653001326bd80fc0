#include "mettle/inference/time_model.hpp"

#include <algorithm>

namespace mettle {

TimeModel TimeModel::through(Duration one_row, Duration many_rows, std::int64_t rows) {
    if (rows <= 1) return {one_row, {}};
    const Duration per_row =
        std::clamp((many_rows - one_row) / (rows - 1), Duration::zero(), one_row);
    return {one_row - per_row, per_row};
}

std::int64_t TimeModel::best_batch() const {
    constexpr std::int64_t kMost = 256;
    if (per_row <= Duration::zero()) return kMost;
    return std::clamp<std::int64_t>(10 * fixed / per_row, 1, kMost);
}

}  // namespace mettle
