#include "mettle/inference/memory_budget.hpp"

#include <algorithm>
#include <utility>

namespace mettle {

bool pinned_fit(std::span<const MemoryUse> models, std::uint64_t budget) {
    std::uint64_t pinned = 0;
    for (const MemoryUse& model : models) pinned += model.pinned ? model.bytes : 0;
    return pinned <= budget;
}

std::vector<std::size_t> choose_evictions(std::span<const MemoryUse> models, std::uint64_t budget) {
    std::vector<std::size_t> gone;
    if (!pinned_fit(models, budget)) return gone;
    std::uint64_t total = 0;
    std::vector<std::size_t> oldest_first;
    for (std::size_t index = 0; index < models.size(); ++index) {
        total += models[index].bytes;
        if (!models[index].pinned) oldest_first.push_back(index);
    }
    std::ranges::sort(oldest_first, {}, [&](std::size_t index) {
        return std::pair(models[index].last_used_ms, index);
    });
    for (const std::size_t index : oldest_first) {
        if (total <= budget) break;
        total -= models[index].bytes;
        gone.push_back(index);
    }
    return gone;
}

}  // namespace mettle
