#pragma once

#include "mettle/metrics/counter.hpp"

#include <atomic>
#include <cstdint>

namespace mettle {

// What has become of the models of a repository. The thread that loads adds, a scrape reads.
struct RepositoryStats {
    Counter loaded, failed;  // Versions.
    Counter swapped;         // Versions that took the place of another under traffic.
    Counter evicted;         // Models that made room for others.
    std::atomic<std::int64_t> last_load_ms = 0;
    std::atomic<std::uint64_t> budget_bytes = 0;  // 0: none.
    std::atomic<std::int64_t> draining = 0;       // Old versions that somebody still uses.
};

}  // namespace mettle
