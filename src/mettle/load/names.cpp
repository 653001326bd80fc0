#include "mettle/load/names.hpp"

namespace mettle::load {

namespace {

constexpr std::string_view kOther = "(other)";

}  // namespace

std::uint32_t Names::task(std::string_view name, std::string_view method, bool transaction) {
    const std::scoped_lock lock(mutex_);
    std::pair key{std::string(name), std::string(method)};
    if (const auto found = task_numbers_.find(key); found != task_numbers_.end())
        return found->second;
    if (tasks_.size() >= kMostTasks) {
        key = {std::string(kOther), ""};
        if (const auto found = task_numbers_.find(key); found != task_numbers_.end())
            return found->second;
    }
    const auto number = static_cast<std::uint32_t>(tasks_.size());
    tasks_.push_back({key.first, key.second, transaction});
    task_numbers_.emplace(std::move(key), number);
    return number;
}

std::uint32_t Names::add_task(TaskName name) {
    const std::scoped_lock lock(mutex_);
    const auto number = static_cast<std::uint32_t>(tasks_.size());
    task_numbers_.emplace(std::pair{name.name, name.method}, number);
    tasks_.push_back(std::move(name));
    return number;
}

std::uint32_t Names::metric(std::string_view name, results::MetricKind kind,
                            std::string_view unit) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = metric_numbers_.find(name); found != metric_numbers_.end())
        return found->second;
    std::string key(metrics_.size() < kMostMetrics ? name : kOther);
    if (const auto found = metric_numbers_.find(key); found != metric_numbers_.end())
        return found->second;
    const auto number = static_cast<std::uint32_t>(metrics_.size());
    metrics_.push_back({key, kind, std::string(unit)});
    metric_numbers_.emplace(std::move(key), number);
    return number;
}

const TaskName& Names::task_at(std::uint32_t number) const {
    const std::scoped_lock lock(mutex_);
    return tasks_[number];
}

const MetricName& Names::metric_at(std::uint32_t number) const {
    const std::scoped_lock lock(mutex_);
    return metrics_[number];
}

std::size_t Names::tasks() const {
    const std::scoped_lock lock(mutex_);
    return tasks_.size();
}

std::size_t Names::metrics() const {
    const std::scoped_lock lock(mutex_);
    return metrics_.size();
}

}  // namespace mettle::load
