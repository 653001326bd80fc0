#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace mettle {

// Which shard the calling thread writes to. Threads take them in turn, so that the few threads of
// a server seldom share one.
inline constexpr std::size_t kMetricShards = 16;
std::size_t metric_shard();

// A count that many threads add to and a scrape reads now and then. Each shard has a cache line of
// its own; reading sums them up and sees each addition at some moment.
class Counter {
public:
    void add(std::uint64_t amount = 1) {
        shards_[metric_shard()].value.fetch_add(amount, std::memory_order_relaxed);
    }
    std::uint64_t value() const;

private:
    struct alignas(64) Shard {
        std::atomic<std::uint64_t> value = 0;
    };
    std::array<Shard, kMetricShards> shards_;
};

// Durations counted into fixed buckets, as Prometheus histograms are. `bounds` are upper ends in
// nanoseconds, ascending; one more bucket holds what is above them all.
class DurationHistogram {
public:
    explicit DurationHistogram(std::span<const std::int64_t> bounds_ns);

    // From 25 µs to 10 s, 1-2.5-5 steps.
    static std::span<const std::int64_t> default_bounds_ns();

    std::size_t record(std::int64_t ns);           // Returns its bucket.
    std::size_t bucket_of(std::int64_t ns) const;  // bounds_ns().size(): above them all.

    struct Reading {
        std::vector<std::uint64_t> buckets;  // Not cumulative; bounds().size() + 1 of them.
        std::uint64_t count = 0;
        std::uint64_t sum_ns = 0;
    };
    Reading read() const;
    std::span<const std::int64_t> bounds_ns() const { return bounds_ns_; }

private:
    static constexpr std::size_t kMostBuckets = 31;
    struct alignas(64) Shard {
        std::array<std::atomic<std::uint64_t>, kMostBuckets> buckets{};
        std::atomic<std::uint64_t> sum_ns = 0;
    };
    std::span<const std::int64_t> bounds_ns_;  // Of static duration.
    std::unique_ptr<std::array<Shard, kMetricShards>> shards_;
};

}  // namespace mettle
