#pragma once

// Why was this one slow? The slowest requests of the last minutes with all that is known of them:
// where their time went, how long the queue was, and who shared their run.

#include "mettle/base/units.hpp"
#include "mettle/inference/call.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mettle {

struct FlightRecord {
    std::string request_id, model, version, path;
    int status = 0;
    std::int64_t ended_ms = 0;  // Since 1970.
    TimePoint ended;
    Duration total{}, parse{}, pre{}, queue{}, batch{}, infer{}, post{}, write{};
    std::int64_t rows = 0, batch_rows = 0;
    std::uint64_t run_id = 0;
    std::size_t queued_before = 0;
    std::vector<std::string> batch_mates;  // Their request ids; at most kMostMates.
};

class FlightRecorder {
public:
    static constexpr std::size_t kMostMates = 64;

    // Keeps the slowest `most` of the last `window`.
    FlightRecorder(std::size_t most, Duration window) : most_(most), window_(window) {}

    // What a request was, once its answer is written. Any thread. Cheap for one that is faster than
    // those that are kept.
    void note(const InferenceCall& call, std::string_view request_id, std::string_view model,
              std::string_view version, std::string_view path, int status, TimePoint written);

    std::vector<FlightRecord> slowest(TimePoint now) const;  // The slowest first.
    Duration window() const { return window_; }

private:
    // Recent members of runs, for the mates of a request that turns out slow after them.
    struct Recent {
        std::uint64_t run_id = 0;
        std::string request_id;
    };

    void add_to_its_mates(std::uint64_t run_id, std::string_view request_id);
    void forget_what_is_old(TimePoint now);
    void insert(FlightRecord record);
    void set_limits();

    const std::size_t most_;
    const Duration window_;
    std::atomic<std::int64_t> least_ns_ = -1;                // Slower than this is kept,
    std::atomic<std::int64_t> first_expiry_ns_ = INT64_MAX;  // until a kept one is too old.
    mutable std::mutex mutex_;
    std::vector<FlightRecord> records_;
    std::array<Recent, 512> recent_;
    std::size_t next_recent_ = 0;
};

// `{"window_s":…,"slowest":[…]}`, durations in milliseconds.
std::string to_json(const std::vector<FlightRecord>& records, Duration window);

}  // namespace mettle
