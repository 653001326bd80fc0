// What the system calls of a client cost, by epoll and by io_uring. Three closed loops send the
// same bytes to the same server, one after the other, on one thread: http/wire_client as it is; the
// leanest epoll loop that still knows where an answer ends; and the same loop on io_uring, with the
// sends and receives of a turn in one system call.
//
//   ring_bench HOST PORT CONNECTIONS SECONDS [PATH]
//
// Prints a line of JSON for each: CPU time a request (the thread's; `worker_us`, what io_uring's
// kernel threads had on top), the median latency, and how many answers a turn of the loop found.
// The two lean loops are no clients: an answer that is not as the first one was ends the program.

#include "mettle/base/clock_ns.hpp"
#include "mettle/http/wire_client.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <liburing.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace mettle;
using http::Address;

constexpr std::size_t kBody = 600;
constexpr std::size_t kAnswer = 4096;  // Head and body of an answer, at most.
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kWarmUp = kSecond / 4;
constexpr std::int64_t kStall = kSecond / 10;  // How long a loop waits at most without an answer.

void check(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

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
    double p50_us() const {
        auto known = latencies_;
        known.resize(std::min<std::size_t>(requests_, known.size()));
        if (known.empty()) return 0;
        const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
        std::ranges::nth_element(known, middle);
        return *middle / 1e3;
    }

private:
    std::uint64_t requests_ = 0;
    std::uint64_t turns_ = 0;
    std::vector<std::uint32_t> latencies_ = std::vector<std::uint32_t>(1 << 20);
};

class Loop {
public:
    virtual ~Loop() = default;
    virtual void run_until(std::int64_t end_ns) = 0;  // Requests in flight stay so.
};

// (1) The client that `mettle load` has.
class WireLoop final : public Loop, http::WireClient::Owner {
public:
    WireLoop(const Target& target, Tally& tally)
        : tally_(tally),
          calls_(target.connections),
          client_(target.address, options(target.connections), *this) {
        for (http::WireCall& call : calls_) {
            call.bytes = target.request;
            client_.send(call);
        }
    }
    void run_until(std::int64_t end_ns) override {
        while (clock_ns() < end_ns) {
            client_.poll(end_ns);
            tally_.add_turn();
        }
    }

private:
    static http::WireClient::Options options(std::size_t connections) {
        http::WireClient::Options options;
        options.max_connections = connections;
        return options;
    }
    void on_done(http::WireCall& call) override {
        if (call.outcome != http::WireOutcome::answered)
            throw std::runtime_error(fmt::format("wire_client: {}", call.error));
        tally_.add(call.done_ns - call.sent_ns);
        client_.send(call);
    }

    Tally& tally_;
    std::vector<http::WireCall> calls_;
    http::WireClient client_;
};

// A connected socket with what has come of its answer.
class Connection {
public:
    explicit Connection(const Target& target)
        : fd_(::socket(target.address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        check(fd_ >= 0, "socket");
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        check(::connect(fd_, target.address.get(), target.address.size) == 0, "connect");
    }
    Connection(Connection&& other) noexcept = delete;
    ~Connection() { ::close(fd_); }

    int fd() const { return fd_; }
    char* room() { return answer_.data() + filled_; }
    std::size_t room_size() const { return answer_.size() - filled_; }
    void stamp() { sent_ns_ = clock_ns(); }

    // Takes what was received into room(); whether the answer is whole, which is then counted.
    bool take(std::size_t count, const Target& target, Tally& tally) {
        filled_ += count;
        const void* end = ::memmem(answer_.data(), filled_, "\r\n\r\n", 4);
        if (!end) return need_room();
        const auto head = static_cast<const char*>(end) - answer_.data();
        const std::size_t whole = static_cast<std::size_t>(head) + 4 + target.content;
        if (filled_ < whole) return need_room();
        if (filled_ > whole || !std::string_view(answer_).starts_with(target.begin_of_answer))
            throw std::runtime_error("an answer is not as the first one was");
        filled_ = 0;
        tally.add(clock_ns() - sent_ns_);
        return true;
    }

private:
    bool need_room() const {
        if (room_size() == 0) throw std::runtime_error("an answer is too large");
        return false;
    }

    int fd_;
    std::size_t filled_ = 0;
    std::int64_t sent_ns_ = 0;
    std::string answer_ = std::string(kAnswer, 0);
};

std::vector<std::unique_ptr<Connection>> connect_all(const Target& target) {
    std::vector<std::unique_ptr<Connection>> connections;
    for (std::size_t i = 0; i < target.connections; ++i)
        connections.push_back(std::make_unique<Connection>(target));
    return connections;
}

void send_whole(int fd, std::string_view bytes) {
    const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    check(count == static_cast<ssize_t>(bytes.size()), "send of the whole request");
}

// (2) Nothing but what has to be: recv, memmem, send.
class EpollLoop final : public Loop {
public:
    EpollLoop(const Target& target, Tally& tally)
        : target_(target),
          tally_(tally),
          connections_(connect_all(target)),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        for (auto& connection : connections_) {
            epoll_event event{};
            event.events = EPOLLIN | EPOLLET;
            event.data.ptr = connection.get();
            check(::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->fd(), &event) == 0, "epoll_ctl");
            ask(*connection);
        }
    }
    ~EpollLoop() override { ::close(epoll_); }

    void run_until(std::int64_t end_ns) override {
        std::array<epoll_event, 256> events;
        while (clock_ns() < end_ns) {
            const int count = ::epoll_wait(epoll_, events.data(), events.size(),
                                           static_cast<int>(kStall / 1'000'000));
            tally_.add_turn();
            for (int i = 0; i < count; ++i)
                hear(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
        }
    }

private:
    void hear(Connection& connection) {
        const ssize_t count =
            ::recv(connection.fd(), connection.room(), connection.room_size(), MSG_DONTWAIT);
        check(count > 0, "recv");
        if (connection.take(static_cast<std::size_t>(count), target_, tally_)) ask(connection);
    }
    void ask(Connection& connection) {
        connection.stamp();
        send_whole(connection.fd(), target_.request);
    }

    const Target& target_;
    Tally& tally_;
    std::vector<std::unique_ptr<Connection>> connections_;
    int epoll_;
};

// A ring in the cheapest mode that the kernel takes. `error` is that of the plainest one.
class Ring {
public:
    explicit Ring(unsigned entries) {
        for (const unsigned flags : {unsigned{IORING_SETUP_SINGLE_ISSUER} | kDefer, kCoop, 0U}) {
            error_ = -::io_uring_queue_init(entries, &ring_, flags | IORING_SETUP_CLAMP);
            if (error_ == 0) break;
        }
        if (error_ == 0) ::io_uring_register_ring_fd(&ring_);  // Saves a look-up where it can.
    }
    Ring(const Ring&) = delete;
    ~Ring() {
        if (error_ == 0) ::io_uring_queue_exit(&ring_);
    }
    int error() const { return error_; }
    io_uring* get() { return &ring_; }

private:
    static constexpr unsigned kDefer = IORING_SETUP_DEFER_TASKRUN;
    static constexpr unsigned kCoop = IORING_SETUP_COOP_TASKRUN;

    io_uring ring_{};
    int error_ = 0;
};

// (3) The same on io_uring. An answer queues the next send and the receive of its answer; the next
// turn submits all of them and waits with one system call. A send that went well says nothing.
class RingLoop final : public Loop {
public:
    RingLoop(const Target& target, Tally& tally, Ring& ring)
        : target_(target), tally_(tally), ring_(*ring.get()), connections_(connect_all(target)) {
        std::vector<int> fds;
        for (const auto& connection : connections_) fds.push_back(connection->fd());
        const int error =
            ::io_uring_register_files(&ring_, fds.data(), static_cast<unsigned>(fds.size()));
        if (error < 0) errno = -error;
        check(error == 0, "io_uring_register_files");
        for (std::size_t i = 0; i < connections_.size(); ++i) ask(i);
    }

    void run_until(std::int64_t end_ns) override {
        while (clock_ns() < end_ns) {
            __kernel_timespec limit{.tv_sec = 0, .tv_nsec = kStall};
            io_uring_cqe* first = nullptr;
            ::io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, nullptr);
            tally_.add_turn();
            unsigned head = 0;
            unsigned count = 0;
            io_uring_cqe* event = nullptr;
            io_uring_for_each_cqe(&ring_, head, event) {
                ++count;
                hear(*event);
            }
            ::io_uring_cq_advance(&ring_, count);
        }
    }

private:
    void hear(const io_uring_cqe& event) {
        errno = event.res < 0 ? -event.res : 0;
        check(event.res > 0, "send or recv by io_uring");
        Connection& connection = *connections_[event.user_data];
        if (connection.take(static_cast<std::size_t>(event.res), target_, tally_)) {
            ask(event.user_data);
        } else {
            listen(event.user_data);
        }
    }
    void ask(std::size_t slot) {
        connections_[slot]->stamp();
        io_uring_sqe& send = next_entry();
        ::io_uring_prep_send(&send, static_cast<int>(slot), target_.request.data(),
                             target_.request.size(), MSG_NOSIGNAL | MSG_WAITALL);
        ::io_uring_sqe_set_flags(&send, IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS);
        send.user_data = slot;
        listen(slot);
    }
    void listen(std::size_t slot) {
        io_uring_sqe& receive = next_entry();
        Connection& connection = *connections_[slot];
        ::io_uring_prep_recv(&receive, static_cast<int>(slot), connection.room(),
                             connection.room_size(), 0);
        ::io_uring_sqe_set_flags(&receive, IOSQE_FIXED_FILE);
        receive.ioprio = IORING_RECVSEND_POLL_FIRST;  // The answer cannot be there yet.
        receive.user_data = slot;
    }
    io_uring_sqe& next_entry() {
        io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_);
        if (!entry) throw std::runtime_error("the submission queue is full");
        return *entry;
    }

    const Target& target_;
    Tally& tally_;
    io_uring& ring_;
    std::vector<std::unique_ptr<Connection>> connections_;
};

double us(const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

struct Usage {
    double user_us = 0;
    double system_us = 0;

    static Usage of(int who) {
        rusage usage{};
        ::getrusage(who, &usage);
        return {us(usage.ru_utime), us(usage.ru_stime)};
    }
    double sum() const { return user_us + system_us; }
};

void measure(const char* name, Loop& loop, Tally& tally, double seconds) {
    loop.run_until(clock_ns() + kWarmUp);
    tally.reset();
    const Usage all_before = Usage::of(RUSAGE_SELF);
    const Usage before = Usage::of(RUSAGE_THREAD);
    const std::int64_t begin = clock_ns();
    loop.run_until(begin + static_cast<std::int64_t>(seconds * kSecond));
    const double took_s = static_cast<double>(clock_ns() - begin) / kSecond;
    const Usage after = Usage::of(RUSAGE_THREAD);
    const Usage all_after = Usage::of(RUSAGE_SELF);
    const double cpu = after.sum() - before.sum();
    const double others = std::max(0.0, all_after.sum() - all_before.sum() - cpu);
    const auto count = static_cast<double>(std::max<std::uint64_t>(tally.requests(), 1));
    fmt::print(
        "{{\"client\":\"{}\",\"requests\":{},\"seconds\":{:.3f},\"cpu_us\":{:.3f},"
        "\"user_us\":{:.3f},\"system_us\":{:.3f},\"worker_us\":{:.3f},\"p50_us\":{:.1f},"
        "\"answers_a_turn\":{:.2f}}}\n",
        name, tally.requests(), took_s, cpu / count, (after.user_us - before.user_us) / count,
        (after.system_us - before.system_us) / count, others / count, tally.p50_us(),
        count / static_cast<double>(std::max<std::uint64_t>(tally.turns(), 1)));
}

std::string make_request(std::string_view host, std::string_view path) {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{{\"pad\":\"{}\"}}",
        path, host, kBody, std::string(kBody - 10, 'x'));
}

// One answer, of which the others are expected to be copies but for the date.
void learn(Target& target) {
    const Connection connection(target);
    send_whole(connection.fd(), target.request);
    std::string answer;
    std::size_t head = std::string::npos;
    while (head == std::string::npos) {
        char bytes[kAnswer];
        const ssize_t count = ::recv(connection.fd(), bytes, sizeof bytes, 0);
        check(count > 0, "recv of the first answer");
        answer.append(bytes, static_cast<std::size_t>(count));
        head = answer.find("\r\n\r\n");
    }
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t at = answer.find(kLength);
    if (at > head) throw std::runtime_error("the answer has no Content-Length");
    std::from_chars(answer.data() + at + kLength.size(), answer.data() + head, target.content);
    target.begin_of_answer = answer.substr(0, 12);
    fmt::print("{{\"answer\":\"{}\",\"content\":{}}}\n", target.begin_of_answer, target.content);
}

void run_all(const Target& target, double seconds) {
    Tally tally;
    {
        WireLoop loop(target, tally);
        measure("wire_client", loop, tally, seconds);
    }
    {
        EpollLoop loop(target, tally);
        measure("epoll", loop, tally, seconds);
    }
    // A turn queues two entries a connection at most.
    Ring ring(static_cast<unsigned>(2 * target.connections));
    if (ring.error() != 0) {
        fmt::print(
            "{{\"client\":\"io_uring\",\"unavailable\":\"io_uring is not allowed here: {}\"}}\n",
            std::strerror(ring.error()));
        return;
    }
    RingLoop loop(target, tally, ring);
    measure("io_uring", loop, tally, seconds);
}

template <class Number>
Number number(std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        throw std::runtime_error(
            fmt::format("\"{}\" is no number from {} to {}", text, least, most));
    return value;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5 || argc > 6) {
        return std::fputs("usage: ring_bench HOST PORT CONNECTIONS SECONDS [PATH]\n", stderr), 2;
    }
    try {
        http::Url url;
        url.host = argv[1];
        url.port = number<std::uint16_t>(argv[2], 1, 65535);
        const double seconds = number<double>(argv[4], 0.1, 3600);
        const auto addresses = http::resolve(url);
        if (!addresses) throw std::runtime_error(addresses.error().message);
        Target target;
        target.address = addresses->front();
        target.connections = number<std::size_t>(argv[3], 1, 8192);
        target.request = make_request(url.authority(), argc == 6 ? argv[5] : "/null");
        learn(target);
        run_all(target, seconds);
    } catch (const std::exception& error) {
        return std::fprintf(stderr, "ring_bench: %s\n", error.what()), 1;
    }
    return 0;
}
