#include "mettle/http/ring_bench_loop.hpp"
#include "mettle/http/wire_client.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <unistd.h>

#include <array>
#include <stdexcept>

namespace mettle::http::ring_bench {

namespace {

// The client that `mettle load` has.
class WireLoop final : public Loop, WireClient::Owner {
public:
    WireLoop(const Target& target, Tally& tally)
        : tally_(tally),
          calls_(target.connections),
          client_(target.address, options(target.connections), *this) {
        for (WireCall& call : calls_) {
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
    static WireClient::Options options(std::size_t connections) {
        WireClient::Options options;
        options.max_connections = connections;
        return options;
    }
    void on_done(WireCall& call) override {
        if (call.outcome != WireOutcome::answered)
            throw std::runtime_error(fmt::format("wire_client: {}", call.error));
        tally_.add(call.done_ns - call.sent_ns);
        client_.send(call);
    }

    Tally& tally_;
    std::vector<WireCall> calls_;
    WireClient client_;
};

// Nothing but what has to be: recv, memmem, send.
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

}  // namespace

std::unique_ptr<Loop> make_wire_loop(const Target& target, Tally& tally) {
    return std::make_unique<WireLoop>(target, tally);
}

std::unique_ptr<Loop> make_epoll_loop(const Target& target, Tally& tally) {
    return std::make_unique<EpollLoop>(target, tally);
}

}  // namespace mettle::http::ring_bench
