#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mettle {

// What a loaded model takes, and when it was last of use.
struct MemoryUse {
    std::uint64_t bytes = 0;
    std::int64_t last_used_ms = 0;  // Since 1970; 0: never.
    bool pinned = false;            // The one that room is made for.
};

// Which of `models` have to go so that the rest stays within `budget`: least recently used first,
// and no more than that takes. Nothing where not even all of them would do: who is pinned is larger
// than the budget by itself.
std::vector<std::size_t> choose_evictions(std::span<const MemoryUse> models, std::uint64_t budget);

// Whether the pinned ones alone are within `budget`.
bool pinned_fit(std::span<const MemoryUse> models, std::uint64_t budget);

}  // namespace mettle
