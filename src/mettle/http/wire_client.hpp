#pragma once

// The lean client under a load: many connections to one address on one epoll, requests that are
// ready bytes, answers scanned no further than is measured. Never blocks outside poll(); one
// thread; in steady state no allocation, no lock, no log for a request.

#include "mettle/http/address.hpp"
#include "mettle/http/client_stream.hpp"
#include "mettle/http/name_lookup.hpp"
#include "mettle/http/response_scanner.hpp"

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::http {

class WireConnection;

enum class WireOutcome : std::uint8_t {
    answered,   // A whole answer; see status.
    connect,    // No connection could be made.
    closed,     // Reset or closed before the whole answer.
    malformed,  // What came is no HTTP answer, or beyond a limit.
    timeout,    // No whole answer by the deadline.
    cancelled,
};

// One request and its answer: a slot of the caller's, alive from send() to on_done(). Moments are
// steady_clock nanoseconds.
struct WireCall {
    // What to send; `bytes` must outlive the call.
    std::string_view bytes;
    bool is_head = false;
    bool keep_body = false;
    bool keep_head = false;
    BodySink* sink = nullptr;  // Gets the body in pieces as they come; last_piece_ns says when.
    std::int64_t deadline_ns = INT64_MAX;
    bool ends_in_time = false;  // An answer that has begun by the deadline is whole then.
    // What became of it.
    std::int64_t sent_ns = 0;        // First byte handed to the kernel; 0: never.
    std::int64_t send_end_ns = 0;    // Last byte.
    std::int64_t first_byte_ns = 0;  // 0: none came.
    std::int64_t last_piece_ns = 0;
    std::int64_t done_ns = 0;
    std::int64_t connect_ns = 0;  // Spent on a new connection; 0 on a kept one.
    std::uint64_t received = 0;   // Bytes, with heads.
    std::uint64_t content = 0;    // Of those the body's, without the framing of chunks.
    int status = 0;
    WireOutcome outcome = WireOutcome::answered;
    bool waited_for_connection = false;
    bool sent_again = false;  // See requests_sent_again(); the stamps are from the first send on.
    // Set by the sink, while it gets a piece: this is all that is wanted of the answer, which then
    // counts as whole, and the connection is closed.
    bool enough = false;
    std::int64_t json_size = -1;  // Inference-Header-Content-Length.
    ServerTiming server_timing;
    std::string_view head;   // With keep_head, without its empty line; valid in on_done() only.
    std::string_view body;   // With keep_body; valid in on_done() only.
    std::string_view error;  // Why it failed; valid in on_done() only.
    // The client's own.
    WireConnection* connection = nullptr;
    WireCall* next = nullptr;
    WireCall* previous = nullptr;
};

// A list threaded through the calls themselves, ordered by deadline where its user keeps it so.
class WireCallList {
public:
    bool empty() const { return !first_; }
    WireCall& front() const { return *first_; }
    void push_back(WireCall& call);
    void insert_by_deadline(WireCall& call);  // Short where deadlines mostly grow.
    void remove(WireCall& call);

private:
    WireCall* first_ = nullptr;
    WireCall* last_ = nullptr;
};

class WireClient {
public:
    // Called from within send(), cancel() and poll(); may send the next.
    class Owner {
    public:
        virtual void on_done(WireCall& call) = 0;

    protected:
        ~Owner() = default;
    };

    struct Options {
        std::size_t max_connections = 10'000;
        std::uint64_t max_answer_bytes = std::uint64_t{1} << 30;
        std::optional<TlsContext> tls;
        std::string host;    // For TLS: the name that the certificate must have.
        std::string tunnel;  // "host:port" where the address is a proxy's that is to connect there.
        bool keep_connections = true;  // Else each request gets a new one.
        // Asked for each new connection, which then goes there. Empty: all go to the address.
        NameLookup::Resolve resolve_each = {};
    };

    WireClient(const Address& address, Options options, Owner& owner);
    ~WireClient();
    WireClient(const WireClient&) = delete;
    WireClient& operator=(const WireClient&) = delete;

    // On the connection that has been idle longest, a new one, or, when no more are allowed, the
    // first that becomes free.
    void send(WireCall& call);
    // Completes as `cancelled` before this returns.
    void cancel(WireCall& call);
    void cancel_waiting();  // All that have no connection yet.
    // Handles what is ready, and waits until something is or the moment has come. Returns between
    // two events when the moment has passed, so that what is due then need not wait for the rest.
    void poll(std::int64_t until_ns);
    int fd() const { return epoll_; }
    const Options& options() const { return options_; }
    std::uint64_t connections_opened() const { return opened_; }
    // Requests that went to a kept connection which the server had closed before they came there,
    // and then to a new one. No failure: every server may close an idle connection, and its goodbye
    // may pass a request on the way. It is done only where the server's end of the connection
    // cannot have given a byte of the request to its program, so it is safe for every method, while
    // RFC 9110 9.2.2 allows it for any failure of an idempotent one: but a server that takes a
    // request and then hangs up is a finding, and stays a failure here.
    std::uint64_t requests_sent_again() const { return sent_again_; }

private:
    static constexpr std::size_t kScratch = 64 * 1024;
    static constexpr int kEvents = 64;

    void start(WireConnection& connection, WireCall& call);
    void open_for(WireCall& call);
    void connect(WireConnection& connection, const Address& address);
    void on_looked_up();
    WireConnection& take_slot();
    void write(WireConnection& connection);
    void read(WireConnection& connection);
    bool feed(WireConnection& connection, std::string_view bytes);
    void on_event(const epoll_event& event);
    void on_connecting(WireConnection& connection);
    void on_end_of_stream(WireConnection& connection);
    void on_broken(WireConnection& connection, int error);
    static bool never_arrived(const WireConnection& connection);
    void send_again(WireConnection& connection);
    void fail(WireConnection& connection, WireOutcome outcome, std::string_view error);
    void finish(WireConnection& connection);
    void complete(WireCall& call, WireOutcome outcome, std::string_view error);
    void close(WireConnection& connection);
    void serve_waiting();
    void time_out();
    void time_out_waiting(std::int64_t now_ns);
    void wait_for_events(std::int64_t until_ns);
    void push_idle(WireConnection& connection);
    void remove_idle(WireConnection& connection);

    Address address_;
    Options options_;
    Owner& owner_;
    int epoll_ = -1;
    bool has_pwait2_ = true;
    std::vector<std::unique_ptr<WireConnection>> connections_;  // By slot.
    std::vector<WireConnection*> free_slots_;
    WireConnection* idle_first_ = nullptr;  // Longest idle.
    WireConnection* idle_last_ = nullptr;
    std::size_t open_ = 0;
    std::uint64_t opened_ = 0;
    std::uint64_t sent_again_ = 0;
    WireCallList waiting_;    // For a connection.
    WireCallList in_flight_;  // By deadline.
    std::array<epoll_event, kEvents> events_;
    int event_count_ = 0;
    int event_at_ = 0;
    std::int64_t now_ns_ = 0;  // Of the last reading of the clock.
    std::unique_ptr<char[]> scratch_;
    std::unique_ptr<NameLookup> lookup_;  // With Options::resolve_each.
    std::vector<NameLookup::Answer> found_;
    std::string error_text_;
    bool serving_ = false;
};

}  // namespace mettle::http
