#pragma once

#include <chrono>
#include <cstdint>

namespace mettle {

// The steady clock as a bare number, for slots and loops that do arithmetic on moments: the same
// scale as TimePoint.
inline std::int64_t clock_ns() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

}  // namespace mettle
