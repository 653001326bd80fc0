#pragma once

#include <cstddef>

namespace mettle {

// A few kilobytes of pictures or texts become megabytes of numbers, so the limit of a request's
// size is none for what it is made into.
inline constexpr std::size_t kMostPreparedBytes = std::size_t{1} << 30;
// Rows of a request that are prepared one by one, in which time nobody can end it.
inline constexpr std::size_t kMostRowsOneByOne = 65'536;

}  // namespace mettle
