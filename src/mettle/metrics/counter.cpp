#include "mettle/metrics/counter.hpp"

#include <algorithm>

namespace mettle {

std::size_t metric_shard() {
    static std::atomic<std::size_t> next = 0;
    thread_local const std::size_t shard =
        next.fetch_add(1, std::memory_order_relaxed) % kMetricShards;
    return shard;
}

std::uint64_t Counter::value() const {
    std::uint64_t sum = 0;
    for (const Shard& shard : shards_) sum += shard.value.load(std::memory_order_relaxed);
    return sum;
}

DurationHistogram::DurationHistogram(std::span<const std::int64_t> bounds_ns)
    : bounds_ns_(bounds_ns.first(std::min(bounds_ns.size(), kMostBuckets - 1))),
      shards_(std::make_unique<std::array<Shard, kMetricShards>>()) {}

std::span<const std::int64_t> DurationHistogram::default_bounds_ns() {
    static constexpr std::int64_t kBounds[] = {
        25'000,      50'000,      100'000,       250'000,       500'000,       1'000'000,
        2'500'000,   5'000'000,   10'000'000,    25'000'000,    50'000'000,    100'000'000,
        250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000,
    };
    return kBounds;
}

std::size_t DurationHistogram::bucket_of(std::int64_t ns) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(bounds_ns_, ns) - bounds_ns_.begin());
}

std::size_t DurationHistogram::record(std::int64_t ns) {
    Shard& shard = (*shards_)[metric_shard()];
    const std::size_t bucket = bucket_of(ns);
    shard.buckets[bucket].fetch_add(1, std::memory_order_relaxed);
    shard.sum_ns.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0)),
                           std::memory_order_relaxed);
    return bucket;
}

DurationHistogram::Reading DurationHistogram::read() const {
    Reading reading;
    reading.buckets.resize(bounds_ns_.size() + 1);
    for (const Shard& shard : *shards_) {
        for (std::size_t bucket = 0; bucket < reading.buckets.size(); ++bucket) {
            reading.buckets[bucket] += shard.buckets[bucket].load(std::memory_order_relaxed);
        }
        reading.sum_ns += shard.sum_ns.load(std::memory_order_relaxed);
    }
    for (const std::uint64_t count : reading.buckets) reading.count += count;
    return reading;
}

}  // namespace mettle
