#pragma once

// What is kept of one request, for those that are kept one by one: the slowest, and those of a
// request log. Numbers instead of names, so that keeping one asks for no memory.

#include "mettle/load/transport.hpp"
#include "mettle/results/request_record.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace mettle::load {

class Names;

struct AttemptRecord {
    std::int64_t latency_ns() const { return done_ns - due_ns; }

    std::uint32_t task = 0;
    std::uint32_t payload = 0;
    std::int64_t due_ns = 0;
    std::int64_t sent_ns = 0;
    std::int64_t send_end_ns = 0;
    std::int64_t first_byte_ns = 0;
    std::int64_t done_ns = 0;
    std::int64_t connect_ns = 0;
    std::uint32_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    ServerTimes server;
    std::uint16_t status = 0;
    Outcome outcome = Outcome::pending;
    std::string_view detail;  // The transport's, which outlives its worker's reports.
};

AttemptRecord record_of(const Attempt& attempt);

// In words, with moments from `start_ns` on.
results::RequestRecord in_words(const AttemptRecord& record, const Names& names,
                                std::int64_t start_ns);

// The slowest of all requests that it is shown, at most as many as it was made for. Asks for no
// memory after it was made, and most requests cost one comparison.
class Slowest {
public:
    explicit Slowest(std::size_t most);

    void show(const Attempt& attempt) {
        if (attempt.done_ns - attempt.due_ns > least_ns_) keep(record_of(attempt));
    }
    void show(const AttemptRecord& record) {
        if (record.latency_ns() > least_ns_) keep(record);
    }
    // The slowest first.
    std::vector<AttemptRecord> sorted() const;

private:
    void keep(const AttemptRecord& record);

    std::size_t most_;
    std::int64_t least_ns_;            // What is not slower is none of them.
    std::vector<AttemptRecord> heap_;  // The fastest of them first.
};

}  // namespace mettle::load
