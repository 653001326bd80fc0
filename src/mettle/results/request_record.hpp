#pragma once

// One request in full: a line of the request log, or one of the slowest of a run.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mettle::results {

// The parts of a request's time, in the order in which they happen. Those of the server come from
// its `Server-Timing`; `network` is the rest of the time from sent to first byte.
enum class Phase {
    send_lag,
    connect,
    send,
    parse,
    pre,
    queue,
    batch,
    infer,
    post,
    write,
    network,
    receive
};
inline constexpr std::size_t kPhaseCount = 12;
std::string_view name_of(Phase phase);

// Moments are ns from the start of the counted part of a run; -1 where it never came so far.
struct RequestRecord {
    std::int64_t latency_ns() const { return done_ns - due_ns; }

    std::string task;
    std::string method;
    std::uint32_t payload = 0;  // Which of the task's prepared ones.
    std::int64_t due_ns = 0;
    std::int64_t sent_ns = -1;
    std::int64_t first_byte_ns = -1;
    std::int64_t done_ns = 0;
    std::array<std::int64_t, kPhaseCount> phases_ns{};  // -1 where unknown.
    int status = 0;                                     // 0: no answer.
    std::string outcome;                                // "ok", or the kind of failure.
    std::string detail;                                 // Of a failure.
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
};

// A JSON object without a line's end; moments in s, times in ms. docs/formats.md.
std::string to_json_line(const RequestRecord& record);

}  // namespace mettle::results
