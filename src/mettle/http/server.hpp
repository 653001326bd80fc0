#pragma once

#include "mettle/http/exchange.hpp"
#include "mettle/http/limits.hpp"
#include "mettle/http/unix_listener.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::http {

// An HTTP/1.1 server: one event loop a thread, each with a listener of its own on the same port
// (SO_REUSEPORT), so that threads share nothing on the way of a request. A Unix socket has one
// listener, which all threads accept from.
class Server {
public:
    struct Options {
        std::string host = "127.0.0.1";
        std::uint16_t port = 8000;  // 0: the system picks a free one.
        bool tcp = true;            // False: only on the Unix socket.
        UnixSocketOptions unix_socket;
        int threads = 1;
        Limits limits;
    };

    // Binds and listens. Throws StartupError when the address is not ours or the port is taken.
    // `handler` must outlive the server.
    Server(const Options& options, Handler& handler);
    ~Server();
    Server(Server&&) = delete;

    std::uint16_t port() const { return port_; }  // 0 without TCP.

    // Begins to serve, on threads of its own.
    void start();

    // From now on each response says `Connection: close`, and clients look for another server.
    void announce_drain();
    // Stops accepting, after what the kernel has already queued, and waits until the requests in
    // flight have been answered, at most `timeout`; cuts off what is left and joins the threads.
    // Returns how many connections were cut off. Takes as long as it takes: call it from outside.
    std::size_t stop(Duration timeout);

    std::size_t open_connections() const { return open_; }

private:
    class IoThread;

    Options options_;
    Handler& handler_;
    std::uint16_t port_ = 0;
    std::optional<UnixListener> unix_listener_;
    std::atomic<std::size_t> open_ = 0;  // On all threads.
    std::atomic<bool> draining_ = false;
    std::vector<std::unique_ptr<IoThread>> threads_;
};

}  // namespace mettle::http
