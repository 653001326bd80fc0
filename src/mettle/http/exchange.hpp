#pragma once

#include "mettle/http/message.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace mettle::http {

// Who wants to know that a client has gone.
class HangUpListener {
public:
    virtual void on_hang_up() = 0;

protected:
    ~HangUpListener() = default;
};

// A request that waits for its response. Used on its connection's I/O thread only.
class Exchange {
public:
    virtual ~Exchange() = default;

    // Sends `response`. Call it exactly once: within Handler::handle() or later, from io().
    virtual void send() = 0;
    // The event loop of the connection's thread; post to it from elsewhere.
    virtual boost::asio::io_context& io() = 0;
    // Keeps the exchange alive when the answer comes later than handle() returns.
    virtual std::shared_ptr<Exchange> hold() = 0;
    // From now until send(): tells `listener` once, on io()'s thread, when the client closes its
    // end or the connection breaks; send() is due all the same. Costs a system call, so it is for
    // requests that may wait long. A client that only shuts down its sending half counts as gone,
    // since the two can't be told apart.
    virtual void watch(HangUpListener& listener) = 0;

    Request request;
    Response response;
    std::string peer;  // "127.0.0.1:54321", or "unix"

    // What stands between this server and its clients: see BehindProxy. Both empty where nothing
    // does.
    std::string client;  // The address that asks, where the peer only passes it on.
    std::string base;    // Stands before the paths of links: "/x", "https://example.com/x".
};

// What a server does with requests. One for all threads: handle() is called on each of them, and
// must not block.
class Handler {
public:
    virtual ~Handler() = default;
    virtual void handle(Exchange& exchange) = 0;
    // The response has been handed to the kernel, or its client has gone. The request may still be
    // looked at.
    virtual void on_sent(Exchange& exchange) = 0;
    // Bytes that were no acceptable request got this status; handle() has not seen them.
    virtual void on_refused(int status) = 0;
};

}  // namespace mettle::http
