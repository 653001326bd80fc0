#pragma once

// Requests that another program writes while the load runs, a JSON line each (request_lines.hpp).
// They are read and made ready on a thread of the stream's own, into a queue with a bound: while
// that is full nothing is read, so the pipe fills and the program waits. Each is given out once,
// under a lock, to whoever of the workers asks.

#include "mettle/protocols/http_transport.hpp"
#include "mettle/protocols/request_lines.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace mettle::protocols {

struct StreamedRequest {
    std::string bytes;
    bool is_head = false;
    std::uint32_t task = 0;
};

class RequestStream {
public:
    static constexpr std::size_t kMostWaiting = 1'000;
    static constexpr std::size_t kMostWaitingBytes = std::size_t{64} << 20;  // And one request.
    static constexpr std::size_t kLongestLine = std::size_t{64} << 20;

    enum class Take {
        taken,
        not_yet,  // The program has not written one yet.
        over,     // It has ended, or has made a mistake: no more will come.
    };
    using Make = std::function<Result<StreamedRequest>(RequestLine)>;

    // `fd` is borrowed; `name` is how messages call it.
    RequestStream(int fd, std::string name);
    ~RequestStream();  // Reads no further.
    RequestStream(const RequestStream&) = delete;
    RequestStream& operator=(const RequestStream&) = delete;

    // Waits for the first request, which stays in the stream. Errors: its mistake; there is none.
    Result<std::reference_wrapper<const RequestLine>> first();
    // From here on lines are read and made into requests. Once, after first().
    void start(Make make);

    Take take(StreamedRequest& request);
    // What was wrong with a line, with its number; empty: nothing so far.
    std::string mistake() const;
    const std::string& name() const { return name_; }

private:
    bool read_more();
    std::optional<Result<RequestLine>> next_line();
    void run();
    bool put(Result<StreamedRequest> made);
    void end(std::string mistake);

    int fd_;
    int stop_ = -1;  // Readable when it is to stop.
    std::string name_;
    // Of the reading thread; before start() of who calls first().
    std::string unread_;
    std::size_t read_to_ = 0;  // Of that, by lines.
    std::size_t line_ = 0;
    bool at_end_ = false;
    std::optional<RequestLine> first_;
    Make make_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<StreamedRequest> waiting_;
    std::size_t waiting_bytes_ = 0;
    bool over_ = false;
    bool stopping_ = false;
    std::string mistake_;
    std::thread thread_;
};

}  // namespace mettle::protocols
