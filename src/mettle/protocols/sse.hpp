#pragma once

// Server-sent events, read as their bytes come (WHATWG HTML, 9.2.6). No I/O; memory is kept between
// events, so that steady state allocates nothing.

#include <cstddef>
#include <string>
#include <string_view>

namespace mettle::protocols {

struct SseEvent {
    std::string_view type;  // "message" unless the stream says another.
    std::string_view data;  // Lines joined by a line feed.
    std::string_view id;    // The last one seen, which stays for later events.
};

// Gets events from within feed(). The views end with the call.
class SseSink {
public:
    virtual void on_event(const SseEvent& event) = 0;

protected:
    ~SseSink() = default;
};

class SseParser {
public:
    static constexpr std::size_t kMostBytes = std::size_t{1} << 20;  // Of a line, and of an event.

    // Any cut of a stream gives the same events. False, now and from then on, when a line or an
    // event is longer than kMostBytes. An event is complete at its empty line: what follows the
    // last one is never given.
    bool feed(std::string_view bytes, SseSink& sink);

    void reset();  // For the next stream.

private:
    bool take_line(std::string_view line, SseSink& sink);
    void take_field(std::string_view name, std::string_view value);
    void dispatch(SseSink& sink);

    std::string partial_;  // A line whose end has not come.
    std::string type_, data_, id_;
    bool has_data_ = false;
    bool at_start_ = true;       // No line yet: a byte order mark may come.
    bool after_return_ = false;  // The last byte was CR: an LF belongs to it.
    bool broken_ = false;
};

}  // namespace mettle::protocols
