#include "mettle/monitor/scraped_series.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mettle::monitor {
namespace {

constexpr std::size_t kLongestName = 160;

bool ends_as(std::string_view name, std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
}

bool is_counter(const PrometheusSample& sample) {
    if (sample.type == MetricType::counter) return true;
    return sample.type == MetricType::unknown && ends_as(sample.name, "_total");
}

bool is_part(const PrometheusSample& sample) {
    const bool parts = sample.type == MetricType::histogram || sample.type == MetricType::summary;
    return parts && (ends_as(sample.name, "_sum") || ends_as(sample.name, "_count"));
}

// Their buckets and quantiles: hundreds of lines, of which the mean is kept.
bool is_inner(const PrometheusSample& sample) {
    const bool parts = sample.type == MetricType::histogram || sample.type == MetricType::summary;
    return (parts && !is_part(sample)) || ends_as(sample.name, "_bucket") ||
           ends_as(sample.name, "_created");
}

}  // namespace

bool is_wanted(std::string_view name) {
    constexpr std::array<std::string_view, 10> kPrefixes = {
        "mettle_",    "nv_",      "vllm:",          "node_cpu",       "node_memory_MemAvail",
        "node_load1", "DCGM_FI_", "container_cpu_", "container_memo", "process_"};
    return std::ranges::any_of(kPrefixes,
                               [&](std::string_view prefix) { return name.starts_with(prefix); });
}

void ScrapedSeries::add(const PrometheusPage& page, TimePoint moment, Timeline& to) {
    left_out_ = 0;
    parts_.clear();
    for (const PrometheusSample& sample : page.samples) {
        if (!is_inner(sample)) put(sample, moment, to);
    }
    put_means(to);
}

// The first come are kept; what is wanted has places of its own.
ScrapedSeries::Kept* ScrapedSeries::kept(const PrometheusSample& sample) {
    key_.assign(sample.name);
    if (!sample.labels.empty()) key_.append("{").append(sample.labels).append("}");
    if (const auto found = kept_.find(key_); found != kept_.end()) return &found->second;
    const bool wanted = is_wanted(sample.name);
    std::size_t& count = wanted ? wanted_ : others_;
    if (count >= (wanted ? kMostWanted : kMostOthers) || key_.size() > kLongestName) {
        ++left_out_;
        return nullptr;
    }
    ++count;
    Kept& fresh = kept_[key_];
    fresh.name = prefix_ + key_;
    return &fresh;
}

void ScrapedSeries::put(const PrometheusSample& sample, TimePoint moment, Timeline& to) {
    Kept* series = kept(sample);
    if (!series) return;
    const double weight = series->seen == TimePoint()
                              ? 1
                              : std::chrono::duration<double>(moment - series->seen).count();
    series->seen = moment;
    if (!is_counter(sample) && !is_part(sample)) {
        to.put(series->name, "", sample.value, weight);
        return;
    }
    const auto growth = series->growth.per_second(sample.value, moment);
    if (!growth) return;
    if (is_counter(sample)) {
        to.put(series->name, "1/s", *growth, weight);
        return;
    }
    const bool sum = ends_as(sample.name, "_sum");
    const std::string_view family = sample.name.substr(0, sample.name.size() - (sum ? 4 : 6));
    std::string name = prefix_ + std::string(family) + "_mean";
    if (!sample.labels.empty()) name.append("{").append(sample.labels).append("}");
    Parts& parts = parts_[name];
    (sum ? parts.sum : parts.count) = *growth;
    parts.weight = weight;
}

void ScrapedSeries::put_means(Timeline& to) const {
    for (const auto& [name, parts] : parts_) {
        if (!parts.sum || !parts.count || *parts.count <= 0) continue;
        // As many observations as there were in that time: a busy second counts for more.
        to.put(name, "", *parts.sum / *parts.count, *parts.count * parts.weight);
    }
}

}  // namespace mettle::monitor
