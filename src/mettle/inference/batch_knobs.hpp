#pragma once

// How a model's calls are queued and run together, where somebody has said so: Triton's settings,
// by their meaning there (model_config.proto). What nobody set follows from the measured time.

#include "mettle/base/units.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace mettle {

// What happens to a call that has waited too long, and how many may wait.
struct QueuePolicy {
    bool operator==(const QueuePolicy&) const = default;

    enum class TimeoutAction { refuse, delay };  // delay: behind all others of its priority.
    TimeoutAction timeout_action = TimeoutAction::refuse;
    Duration default_timeout = Duration::zero();  // Zero: none.
    bool allow_timeout_override = false;          // A call may shorten it (V2's `timeout`).
    std::size_t max_queue_size = 0;               // Zero: the model's max_queue.
};

struct BatchKnobs {
    bool operator==(const BatchKnobs&) const = default;

    std::optional<std::int64_t> max_batch_rows = {};  // 1: each call alone.
    std::vector<std::int64_t> preferred_rows = {};    // Ascending.
    Duration max_queue_delay = Duration::zero();
    bool preserve_ordering = false;
    std::uint64_t priority_levels = 0;  // 0: none; else calls say 1 (first) to this.
    std::uint64_t default_priority = 0;
    QueuePolicy default_policy = {};
    std::map<std::uint64_t, QueuePolicy> priority_policies = {};
};

}  // namespace mettle
