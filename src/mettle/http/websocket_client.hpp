#pragma once

// WebSockets under a load: connections that their users keep, on one epoll. Framing is wslay's. The
// same manner as WireClient: calls are slots of their owners', nothing blocks outside poll(), one
// thread. A socket has one call at a time; what comes meanwhile waits, up to a bound.

#include "mettle/http/address.hpp"
#include "mettle/http/client_stream.hpp"
#include "mettle/http/name_lookup.hpp"
#include "mettle/http/wire_client.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::http {

class WebSocketConnection;

struct WebSocketCall {
    enum class Kind : std::uint8_t { open, exchange, close };

    Kind kind = Kind::open;
    // open: the request's head, from its first line up to the empty line, without the headers of
    // the handshake. exchange: the message to send; empty, with `messages` above 0: none. Must
    // outlive the call.
    std::string_view bytes;
    bool binary = false;
    std::uint32_t messages = 1;  // exchange: done when so many have come; 0: when it is sent.
    std::uint32_t socket = 0;    // Given by open(), asked for by the others.
    std::int64_t deadline_ns = INT64_MAX;
    // What became of it.
    std::int64_t sent_ns = 0, send_end_ns = 0, first_byte_ns = 0, done_ns = 0;
    std::int64_t connect_ns = 0;
    std::uint64_t sent = 0, received = 0;  // Bytes of messages, or of heads.
    int status = 0;                        // open: of the answer; 101 where all went well.
    WireOutcome outcome = WireOutcome::answered;
    std::string_view head;   // open: of the answer; valid in on_done() only.
    std::string_view body;   // exchange: the last message; valid in on_done() only.
    std::string_view error;  // Valid in on_done() only.
};

class WebSocketClient {
public:
    static constexpr std::size_t kMostMessage = std::size_t{64} << 20;
    static constexpr std::size_t kMostWaiting = 1'000;  // Messages that nobody has asked for yet.

    // Called from within open() and the others, and poll().
    class Owner {
    public:
        virtual void on_done(WebSocketCall& call) = 0;

    protected:
        ~Owner() = default;
    };
    struct Options {
        std::size_t max_connections = 10'000;
        std::optional<TlsContext> tls;
        std::string host;
        // With a proxy: "host:port", which it is asked to connect to.
        std::string tunnel = {};
        // Where the peer is, for each new connection; none: the address that was given.
        NameLookup::Resolve resolve_each = {};
    };

    WebSocketClient(const Address& address, Options options, Owner& owner);
    ~WebSocketClient();
    WebSocketClient(const WebSocketClient&) = delete;
    WebSocketClient& operator=(const WebSocketClient&) = delete;

    void start(WebSocketCall& call);
    // Completes as `cancelled` before this returns; the socket is closed.
    void cancel(WebSocketCall& call);
    // Says that it goes away, waits for nothing, and closes the socket. Nothing where it is closed,
    // or where a call of it is open.
    void drop(std::uint32_t socket);
    void poll(std::int64_t until_ns);
    int fd() const { return epoll_; }
    std::uint64_t connections_opened() const { return opened_; }

private:
    friend class WebSocketConnection;

    // Numbers are not given again soon: the number of a socket that the server has closed must not
    // be another user's.
    static constexpr std::uint32_t kSlotBits = 20;
    static constexpr std::uint32_t kSlots = (1U << kSlotBits) - 1;
    static constexpr std::uint32_t kLookupEvent = 0;  // No socket's number.

    WebSocketConnection* find(std::uint32_t socket);
    void open(WebSocketCall& call);
    void connect(WebSocketConnection& connection, const Address& address);
    void on_looked_up();
    void exchange(WebSocketConnection& connection, WebSocketCall& call);
    void shut(WebSocketConnection& connection, WebSocketCall& call);
    void on_event(WebSocketConnection& connection, std::uint32_t events);
    void read_head(WebSocketConnection& connection);
    void pump(WebSocketConnection& connection);
    void settle(WebSocketConnection& connection);
    void finish(WebSocketConnection& connection, WireOutcome outcome, std::string_view error);
    void close(WebSocketConnection& connection);
    void time_out();

    Address address_;
    Options options_;
    Owner& owner_;
    int epoll_ = -1;
    std::unique_ptr<NameLookup> lookup_;  // With Options::resolve_each.
    std::vector<NameLookup::Answer> found_;
    std::vector<std::unique_ptr<WebSocketConnection>> connections_;  // By slot - 1.
    std::vector<std::uint32_t> free_;
    std::uint64_t opened_ = 0;
    std::size_t open_ = 0;
    std::int64_t next_check_ns_ = 0;
};

// "dGhl…" for Sec-WebSocket-Key; the answer's Sec-WebSocket-Accept must be websocket_accept() of it
// (RFC 6455 1.3).
std::string websocket_accept(std::string_view key);

}  // namespace mettle::http
