#pragma once

#include "mettle/base/units.hpp"

namespace mettle {

inline TimePoint steady_now() {
    return std::chrono::steady_clock::now();
}

}  // namespace mettle
