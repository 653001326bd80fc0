#include "mettle/scenario/crew.hpp"

namespace mettle::scenario {

std::uint32_t Crew::task(std::string_view name, std::string_view method, bool transaction) {
    key_.assign(method).append(" ").append(name);
    const auto found = tasks_.find(key_);
    if (found != tasks_.end()) return found->second;
    const std::uint32_t number = names_.task(name, method, transaction);
    if (tasks_.size() < load::Names::kMostTasks) tasks_.emplace(key_, number);
    return number;
}

std::uint32_t Crew::metric(std::string_view name, results::MetricKind kind, std::string_view unit) {
    const auto found = metrics_.find(name);
    if (found != metrics_.end()) return found->second;
    const std::uint32_t number = names_.metric(name, kind, unit);
    if (metrics_.size() < load::Names::kMostMetrics) metrics_.emplace(name, number);
    return number;
}

const EventMetrics& Crew::event_metrics() {
    if (!event_metrics_)
        event_metrics_ = EventMetrics::named([this](auto... what) { return metric(what...); });
    return *event_metrics_;
}

}  // namespace mettle::scenario
