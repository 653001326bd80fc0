#include "mettle/load/task_choice.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/load/runner.hpp"

#include <algorithm>

namespace mettle::load {

TaskChoice::TaskChoice(const std::vector<PlanTask>& tasks) {
    METTLE_ASSERT(!tasks.empty());
    double sum = 0;
    for (const PlanTask& task : tasks) {
        METTLE_ASSERT(task.weight >= 0 && task.payload_count > 0);
        cumulative_.push_back(sum += task.weight);
        payload_counts_.push_back(task.payload_count);
    }
}

std::uint32_t TaskChoice::choose(Random& random) const {
    if (cumulative_.size() == 1) return 0;
    const double point = random.uniform() * cumulative_.back();
    const auto found = std::ranges::upper_bound(cumulative_, point);
    const auto last = cumulative_.end() - 1;
    return static_cast<std::uint32_t>(std::min(found, last) - cumulative_.begin());
}

}  // namespace mettle::load
