#include "mettle/results/run_result.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

namespace mettle::results {

std::string_view name_of(Phase phase) {
    constexpr std::array<std::string_view, kPhaseCount> kNames = {
        "send_lag", "connect", "send", "parse", "pre",     "queue",
        "batch",    "infer",   "post", "write", "network", "receive"};
    return kNames[static_cast<std::size_t>(phase)];
}

void LatencySet::merge(const LatencySet& other) {
    latency.merge(other.latency);
    service.merge(other.service);
    failed.merge(other.failed);
    for (std::size_t phase = 0; phase < kPhaseCount; ++phase)
        phases[phase].merge(other.phases[phase]);
}

void LatencySet::release() {
    latency.release();
    service.release();
    failed.release();
    for (Histogram& phase : phases) phase.release();
}

void LatencySet::clear() {
    latency.clear();
    service.clear();
    failed.clear();
    for (Histogram& phase : phases) phase.clear();
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text;
    const std::size_t length =
        std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), length};
}

std::string_view name_of(MetricKind kind) {
    switch (kind) {
        case MetricKind::counter:
            return "counter";
        case MetricKind::rate:
            return "rate";
        case MetricKind::trend:
            return "trend";
    }
    return "?";
}

void MetricResult::add(double value) {
    ++count;
    sum += kind == MetricKind::rate ? (value != 0 ? 1 : 0) : value;
    if (kind == MetricKind::trend)
        values.record(std::llround(std::clamp(value, 0.0, 9e12) * kPerUnit));
}

void MetricResult::merge(const MetricResult& other) {
    count += other.count;
    sum += other.sum;
    values.merge(other.values);
}

void MetricResult::clear() {
    count = 0;
    sum = 0;
    values.clear();
}

void add(std::vector<ScriptException>& into, const std::vector<ScriptException>& from) {
    constexpr std::size_t kMost = 100;
    for (const ScriptException& each : from) {
        const auto same = std::ranges::find_if(into, [&](const ScriptException& other) {
            return other.where == each.where && other.message == each.message;
        });
        if (same != into.end())
            same->count += each.count;
        else if (into.size() < kMost)
            into.push_back(each);
        else
            into.back().count += each.count;
    }
}

void tidy(std::vector<ScriptException>& exceptions) {
    std::vector<ScriptException> tidied;
    add(tidied, exceptions);
    exceptions = std::move(tidied);
}

}  // namespace mettle::results
