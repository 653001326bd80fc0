#pragma once

// All that the engine knows of a protocol. A Transport sends attempts and completes them with their
// stamps; it lives on one worker thread, never blocks, and can be driven from a foreign event loop
// through poll_fd(). Many attempts may share a connection.

#include "mettle/base/units.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mettle::load {

enum class Outcome : std::uint8_t {
    pending,
    ok,
    status,        // An answer whose status says failure.
    timeout,       // No whole answer by the deadline.
    connect,       // The connection could not be made.
    closed,        // Reset or closed before the whole answer.
    protocol,      // Not an answer of the protocol.
    validation,    // An answer, but not of the right form: shape, type, not finite.
    wrong_answer,  // Well-formed, and not the right one.
    cancelled,     // Still open when its time was up.
};

// Times that the server says it spent, from `Server-Timing`, in units of 100 ns; -1 where unknown.
struct ServerTimes {
    std::int32_t parse = -1, pre = -1, queue = -1, batch = -1, infer = -1, post = -1, write = -1;
};

struct Attempt;

// Who keeps the WebSockets of a transport's users.
class SocketKeeper {
public:
    // Closes one that is open and that no attempt uses.
    virtual void drop_socket(std::uint32_t socket) = 0;

protected:
    ~SocketKeeper() = default;
};

// What an attempt does with a WebSocket that its user keeps between attempts. Of an open one the
// bytes are the head of its request, of the others a message, which may be none.
struct SocketUse {
    enum class Kind : std::uint8_t { open, exchange, close };

    Kind kind = Kind::open;
    bool binary = false;
    std::uint32_t messages = 1;      // To wait for, after what is sent.
    std::uint32_t socket = 0;        // The transport's number for it; 0: none is open.
    SocketKeeper* keeper = nullptr;  // Of that, filled in by the transport.
};

// A request made for one attempt, in place of one of the prepared ones. What its bytes mean is
// between the maker and the transport; they live until the attempt is done.
struct MadeRequest {
    std::string_view bytes;
    bool is_head = false;         // No body follows the head of its answer.
    std::uint16_t origin = 0;     // Which of the transport's addresses.
    SocketUse* socket = nullptr;  // None: HTTP.
    // Of the attempt's payload, only written differently: its answer is judged as the payload's.
    bool of_payload = false;
    // An answer that has begun by the deadline is whole then: a stream that is listened to for a
    // time.
    bool ends_in_time = false;
};

// An answer while it is there: the views end with the call that shows them.
struct AnswerView {
    int status = 0;
    std::string_view head;  // Status line and headers, without the empty line.
    std::string_view body;
};

// Who made a request may read its answer, on the worker's thread, before the attempt is recorded.
class AnswerReader {
public:
    enum class Then : std::uint8_t {
        done,
        send_again,  // What `attempt.made` is now, as the same attempt: a redirect.
    };

    // Of an answer that is whole. The attempt has its stamps, and the outcome that the transport
    // would give it, which may be changed here, with a detail that outlives the worker.
    virtual Then on_answer(Attempt& attempt, const AnswerView& answer) = 0;
    // With Attempt::in_pieces: the content of the body as it comes, before on_answer(). False: that
    // is all that is wanted, and the answer counts as whole.
    virtual bool on_piece(Attempt& /*attempt*/, std::string_view /*bytes*/,
                          std::int64_t /*now_ns*/) {
        return true;
    }

protected:
    ~AnswerReader() = default;
};

// One request, from due to done. A slot that the engine owns and uses again; the transport fills in
// what is below the line. Moments are steady_clock nanoseconds.
struct Attempt {
    std::uint32_t task = 0;             // Which of the plan's tasks.
    std::uint32_t payload = 0;          // Which of the task's prepared payloads.
    std::uint32_t owner = 0;            // The engine's: user or arrival.
    const MadeRequest* made = nullptr;  // Sent instead of the prepared payload.
    AnswerReader* reader = nullptr;     // May be none.
    bool in_pieces = false;             // The reader wants a body as it comes; none is kept.
    std::int64_t timeout_ns = 0;        // 0: the plan's.
    bool is_arrival = false;            // The first request of an arrival of an open load.
    std::int64_t due_ns = 0;
    std::int64_t deadline_ns = 0;
    // ------
    std::int64_t sent_ns = 0;      // First byte handed to the kernel.
    std::int64_t send_end_ns = 0;  // Last byte.
    std::int64_t first_byte_ns = 0;
    std::int64_t done_ns = 0;
    std::int64_t connect_ns = 0;  // Spent on a new connection; 0 on a kept one.
    std::uint32_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t content_bytes = 0;  // Of the last answer's body, as it was sent.
    std::uint16_t status = 0;
    Outcome outcome = Outcome::pending;
    ServerTimes server;
    std::string_view detail;  // Of a failure; lives as long as the transport. Few distinct texts.
    bool waited_for_connection = false;  // No connection was free and no more allowed.
    void* transport_state = nullptr;
};

// Takes completed attempts, on the worker's thread, from within start() or poll().
class Completion {
public:
    virtual ~Completion() = default;
    virtual void on_complete(Attempt& attempt) = 0;
};

class Transport {
public:
    virtual ~Transport() = default;

    // Begins to send. Completes through the Completion, possibly at once.
    virtual void start(Attempt& attempt) = 0;
    // Gives the attempt up: it completes as `cancelled` before this returns.
    virtual void cancel(Attempt& attempt) = 0;
    // Gives up, as cancel() does, all that has not been sent for want of a connection. Before the
    // end of a run: each attempt that is cancelled would else free its connection for one of them.
    virtual void cancel_waiting() {}
    // Handles what is ready; waits until something is, or until `until_ns`. Times attempts out.
    virtual void poll(std::int64_t until_ns) = 0;
    // Readable when poll() has something to do.
    virtual int poll_fd() const = 0;
    virtual std::uint64_t connections_opened() const = 0;
    // That the target had closed a kept connection to before they came there.
    virtual std::uint64_t requests_sent_again() const { return 0; }
};

// Makes one Transport for each worker, on that worker's thread. Immutable and shared by workers.
class TransportFactory {
public:
    virtual ~TransportFactory() = default;
    virtual std::unique_ptr<Transport> make(Completion& completion, int worker) const = 0;
};

}  // namespace mettle::load
