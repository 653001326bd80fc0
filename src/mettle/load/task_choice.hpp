#pragma once

#include "mettle/load/random.hpp"

#include <cstdint>
#include <vector>

namespace mettle::load {

struct PlanTask;

// Which task an iteration runs, by the tasks' weights.
class TaskChoice {
public:
    explicit TaskChoice(const std::vector<PlanTask>& tasks);

    std::uint32_t choose(Random& random) const;
    std::uint32_t payloads_of(std::uint32_t task) const { return payload_counts_[task]; }

private:
    std::vector<double> cumulative_;
    std::vector<std::uint32_t> payload_counts_;
};

}  // namespace mettle::load
