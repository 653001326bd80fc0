#pragma once

#include "mettle/base/units.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle {

// One observation behind a histogram's bucket, by the id of its request: a way from a graph to a
// log.
struct Exemplar {
    std::string request_id;
    std::int64_t value_ns = 0;
    std::int64_t at_ms = 0;  // Since 1970.
};

// The latest exemplar of each bucket, taken at most ten times a second, so that a busy bucket costs
// a load of an atomic. Any thread.
class Exemplars {
public:
    // OpenMetrics allows 128 characters of names and values together.
    static constexpr std::size_t kMostIdBytes = 128 - std::string_view("request_id").size();

    explicit Exemplars(std::size_t buckets) : slots_(buckets) {}

    // A longer id than kMostIdBytes is no exemplar.
    void offer(std::size_t bucket, std::int64_t value_ns, std::string_view request_id,
               TimePoint now);
    std::optional<Exemplar> read(std::size_t bucket) const;

private:
    struct Slot {
        std::atomic<std::int64_t> next_ns = INT64_MIN;  // Of the monotonic clock: not before it.
        mutable std::mutex mutex;
        Exemplar latest;
    };
    std::vector<Slot> slots_;
};

}  // namespace mettle
