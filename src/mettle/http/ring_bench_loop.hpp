#pragma once

// What the loops of ring_bench share: whom they ask, what they count, and the lean connection of
// two of them. One thread.

#include "mettle/base/clock_ns.hpp"
#include "mettle/http/address.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::http::ring_bench {

inline constexpr std::size_t kAnswer = 4096;  // Head and body of an answer, at most.
inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kStall = kSecond / 10;  // A loop's longest wait for an answer.

// Throws with what errno says.
void check(bool ok, const char* what);

struct Target {
    Address address;
    std::size_t connections = 0;
    std::string request;
    std::string begin_of_answer;  // "HTTP/1.1 200"
    std::size_t content = 0;      // Bytes of an answer's body; the same for all.
};

// Turns and latencies of the last million requests.
class Tally {
public:
    void reset() { requests_ = turns_ = 0; }
    void add_turn() { ++turns_; }
    void add(std::int64_t latency_ns) {
        latencies_[requests_++ % latencies_.size()] = static_cast<std::uint32_t>(latency_ns);
    }
    std::uint64_t requests() const { return requests_; }
    std::uint64_t turns() const { return turns_; }
    double p50_us() const;

private:
    std::uint64_t requests_ = 0;
    std::uint64_t turns_ = 0;
    std::vector<std::uint32_t> latencies_ = std::vector<std::uint32_t>(1 << 20);
};

// Keeps one request in flight on each connection, from construction on. What it borrows outlives
// it. Throws when a connection breaks or an answer is not as the first one was.
class Loop {
public:
    virtual ~Loop() = default;
    virtual void run_until(std::int64_t end_ns) = 0;  // Requests in flight stay so.
};

std::unique_ptr<Loop> make_wire_loop(const Target& target, Tally& tally);
std::unique_ptr<Loop> make_epoll_loop(const Target& target, Tally& tally);
// Null where the kernel gives no ring, which errno then explains.
std::unique_ptr<Loop> make_ring_loop(const Target& target, Tally& tally);

// A connected socket with what has come of its answer.
class Connection {
public:
    explicit Connection(const Target& target);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    int fd() const { return fd_; }
    char* room() { return answer_.data() + filled_; }
    std::size_t room_size() const { return answer_.size() - filled_; }
    void stamp() { sent_ns_ = clock_ns(); }

    // Takes what was received into room(); whether the answer is whole, which is then counted.
    bool take(std::size_t count, const Target& target, Tally& tally);

private:
    bool need_room() const;

    int fd_;
    std::size_t filled_ = 0;
    std::int64_t sent_ns_ = 0;
    std::string answer_ = std::string(kAnswer, 0);
};

std::vector<std::unique_ptr<Connection>> connect_all(const Target& target);
void send_whole(int fd, std::string_view bytes);

}  // namespace mettle::http::ring_bench
