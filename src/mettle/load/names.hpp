#pragma once

// The names under which a run counts: tasks and own metrics. Most are known before; those that
// users make up while they run are added by whoever says one first. All workers of a run share one.
// Looked up under a lock: a behaviour keeps the number that it got.

#include "mettle/results/run_result.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace mettle::load {

struct TaskName {
    std::string name;
    std::string method;
    bool transaction = false;  // A group of requests timed as one: not a request of the totals.
};

struct MetricName {
    std::string name;
    results::MetricKind kind = results::MetricKind::trend;
    std::string unit;  // "ms", "tokens"; may be empty.
};

class Names {
public:
    // Beyond as many, further tasks count under "(other)": a name with an id in it would else
    // take all memory.
    static constexpr std::size_t kMostTasks = 5'000;
    static constexpr std::size_t kMostMetrics = 500;

    Names() = default;
    Names(const Names&) = delete;
    Names& operator=(const Names&) = delete;

    // The number of that task; a new one where there is none.
    std::uint32_t task(std::string_view name, std::string_view method, bool transaction = false);
    // A new one even where one has that name: the tasks of a plan keep their numbers.
    std::uint32_t add_task(TaskName name);
    // The kind and unit are those of the first who names it.
    std::uint32_t metric(std::string_view name, results::MetricKind kind,
                         std::string_view unit = {});

    // A deque's elements stay where they are: these may be read while others add.
    const TaskName& task_at(std::uint32_t number) const;
    const MetricName& metric_at(std::uint32_t number) const;
    std::size_t tasks() const;
    std::size_t metrics() const;

private:
    mutable std::mutex mutex_;
    std::deque<TaskName> tasks_;
    std::deque<MetricName> metrics_;
    std::map<std::pair<std::string, std::string>, std::uint32_t, std::less<>> task_numbers_;
    std::map<std::string, std::uint32_t, std::less<>> metric_numbers_;
};

}  // namespace mettle::load
