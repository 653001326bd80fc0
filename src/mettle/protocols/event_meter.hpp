#pragma once

// Follows an answer that is a stream of server-sent events: counts them, notes when they came,
// keeps the last one, and says when enough have come. Pure: it is fed bytes and moments. What came
// in one read came at one moment, so gaps of 0 are real. Keeps its memory between streams.

#include "mettle/protocols/event_limits.hpp"
#include "mettle/protocols/sse.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols {

class EventMeter final : private SseSink {
public:
    void begin(const EventLimits& limits);  // Which must live until the stream is over.
    // True: that is enough. What follows is not looked at.
    bool feed(std::string_view bytes, std::int64_t now_ns);
    // What is wrong with the stream now that it is over; empty: nothing. `by_time`: its length was
    // what ended it, so that a count or a mark need not have come.
    std::string flaw(bool by_time) const;

    std::uint64_t count() const { return count_; }
    std::int64_t first_ns() const { return first_ns_; }                 // 0: none came.
    std::span<const std::int64_t> gaps_ns() const { return gaps_ns_; }  // At most a million.
    std::string_view last() const { return last_; }                     // Its data.

private:
    void on_event(const SseEvent& event) override;

    const EventLimits* limits_ = nullptr;
    SseParser parser_;
    std::int64_t now_ns_ = 0, first_ns_ = 0, last_ns_ = 0;
    std::uint64_t count_ = 0;
    std::vector<std::int64_t> gaps_ns_;
    std::string last_;
    bool marked_ = false, enough_ = false, too_long_ = false;
};

}  // namespace mettle::protocols
