#include "mettle/serving/flight_recorder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle {

namespace {

FlightRecord record_of(const InferenceCall& call, TimePoint written) {
    FlightRecord record;
    record.ended = written;
    record.total = written - call.received;
    record.parse = call.parsed - call.received;
    record.pre = call.pre;
    record.queue = call.chosen - call.parsed;
    record.batch = call.started - call.chosen - call.pre;
    record.infer = call.finished - call.started;
    record.post = call.post;
    record.write = written - call.finished - call.post;
    record.rows = call.rows;
    record.batch_rows = call.batch_rows;
    record.run_id = call.run_id;
    record.queued_before = call.queued_before;
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    record.ended_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wall).count();
    return record;
}

double ms(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

void FlightRecorder::note(const InferenceCall& call, std::string_view request_id,
                          std::string_view model, std::string_view version, std::string_view path,
                          int status, TimePoint written) {
    const bool shared = call.run_id != 0 && call.batch_rows > call.rows;
    const auto is_slow = [&] {
        return (written - call.received).count() > least_ns_.load(std::memory_order_relaxed);
    };
    const bool expired =
        written.time_since_epoch().count() > first_expiry_ns_.load(std::memory_order_relaxed);
    if (!shared && !expired && !is_slow()) return;
    const std::lock_guard lock(mutex_);
    if (shared) add_to_its_mates(call.run_id, request_id);
    if (expired) forget_what_is_old(written);
    if (!is_slow()) return;
    FlightRecord record = record_of(call, written);
    record.request_id = request_id;
    record.model = model;
    record.version = version;
    record.path = path;
    record.status = status;
    if (shared) {
        for (const Recent& mate : recent_) {
            const bool mates = mate.run_id == call.run_id && mate.request_id != request_id;
            if (mates && record.batch_mates.size() < kMostMates)
                record.batch_mates.push_back(mate.request_id);
        }
    }
    insert(std::move(record));
}

// Members of a run are answered one after the other: those before are found among the recent ones,
// those behind add themselves.
void FlightRecorder::add_to_its_mates(std::uint64_t run_id, std::string_view request_id) {
    for (FlightRecord& record : records_) {
        if (record.run_id == run_id && record.batch_mates.size() < kMostMates)
            record.batch_mates.emplace_back(request_id);
    }
    Recent& recent = recent_[next_recent_++ % recent_.size()];
    recent.run_id = run_id;
    recent.request_id = request_id;
}

void FlightRecorder::forget_what_is_old(TimePoint now) {
    std::erase_if(records_,
                  [&](const FlightRecord& record) { return record.ended + window_ < now; });
    set_limits();
}

// Kept by descending time; when full, the last gives way.
void FlightRecorder::insert(FlightRecord record) {
    const auto slower = [](const FlightRecord& one, const FlightRecord& other) {
        return one.total > other.total;
    };
    records_.insert(std::ranges::upper_bound(records_, record, slower), std::move(record));
    if (records_.size() > most_) records_.pop_back();
    set_limits();
}

void FlightRecorder::set_limits() {
    const bool full = records_.size() == most_;
    least_ns_.store(full ? records_.back().total.count() : -1, std::memory_order_relaxed);
    std::int64_t expiry_ns = INT64_MAX;
    for (const FlightRecord& record : records_)
        expiry_ns = std::min(expiry_ns, (record.ended + window_).time_since_epoch().count());
    first_expiry_ns_.store(expiry_ns, std::memory_order_relaxed);
}

std::vector<FlightRecord> FlightRecorder::slowest(TimePoint now) const {
    const std::lock_guard lock(mutex_);
    std::vector<FlightRecord> kept;
    std::ranges::copy_if(records_, std::back_inserter(kept),
                         [&](const FlightRecord& record) { return record.ended + window_ >= now; });
    return kept;
}

std::string to_json(const std::vector<FlightRecord>& records, Duration window) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const FlightRecord& record : records) {
        list.push_back({{"request_id", record.request_id},
                        {"model", record.model},
                        {"version", record.version},
                        {"path", record.path},
                        {"status", record.status},
                        {"ended_ms", record.ended_ms},
                        {"total_ms", ms(record.total)},
                        {"phases_ms",
                         {{"parse", ms(record.parse)},
                          {"pre", ms(record.pre)},
                          {"queue", ms(record.queue)},
                          {"batch", ms(record.batch)},
                          {"infer", ms(record.infer)},
                          {"post", ms(record.post)},
                          {"write", ms(record.write)}}},
                        {"rows", record.rows},
                        {"batch_rows", record.batch_rows},
                        {"run", record.run_id},
                        {"queued_before", record.queued_before},
                        {"batch_mates", record.batch_mates}});
    }
    const double window_s = std::chrono::duration<double>(window).count();
    return nlohmann::ordered_json{{"window_s", window_s}, {"slowest", std::move(list)}}.dump(
        -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace mettle
