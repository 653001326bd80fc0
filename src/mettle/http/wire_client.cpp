#include "mettle/http/wire_client.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/base/clock_ns.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace mettle::http {

class WireConnection {
public:
    ClientStream stream;
    ResponseScanner scanner;
    WireCall* call = nullptr;
    std::size_t sent = 0;           // Bytes of the call's.
    std::int64_t opened_at_ns = 0;  // While connecting.
    bool connecting = false;
    bool peer_closed = false;
    bool reset = false;   // Not closed in order.
    bool reused = false;  // Has had an answer before.
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;  // Of the slot: an event of a closed connection is not ours.
    std::string input;             // Received and not taken: only when an answer comes in pieces.
    WireConnection* next = nullptr;
    WireConnection* previous = nullptr;
    bool is_idle = false;
};

namespace {

// The event of the lookup, which is no connection's.
constexpr std::uint64_t kLookupEvent = UINT64_MAX;

std::uint64_t id_of(const WireConnection& connection) {
    return std::uint64_t{connection.generation} << 32 | connection.slot;
}

timespec to_timespec(std::int64_t ns) {
    return {ns / 1'000'000'000, ns % 1'000'000'000};
}

}  // namespace

void WireCallList::push_back(WireCall& call) {
    call.previous = last_;
    call.next = nullptr;
    (last_ ? last_->next : first_) = &call;
    last_ = &call;
}

void WireCallList::insert_by_deadline(WireCall& call) {
    WireCall* before = last_;
    while (before && before->deadline_ns > call.deadline_ns) before = before->previous;
    call.previous = before;
    call.next = before ? before->next : first_;
    (before ? before->next : first_) = &call;
    (call.next ? call.next->previous : last_) = &call;
}

void WireCallList::remove(WireCall& call) {
    (call.previous ? call.previous->next : first_) = call.next;
    (call.next ? call.next->previous : last_) = call.previous;
    call.next = call.previous = nullptr;
}

WireClient::WireClient(const Address& address, Options options, Owner& owner)
    : address_(address),
      options_(std::move(options)),
      owner_(owner),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      scratch_(new char[kScratch]) {
    METTLE_ASSERT(epoll_ >= 0);
    now_ns_ = clock_ns();
    if (!options_.resolve_each) return;
    lookup_ = std::make_unique<NameLookup>(options_.resolve_each, address_);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kLookupEvent;
    METTLE_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, lookup_->fd(), &event) == 0);
}

WireClient::~WireClient() {
    connections_.clear();
    ::close(epoll_);
}

void WireClient::send(WireCall& call) {
    call.sent_ns = call.send_end_ns = call.first_byte_ns = call.connect_ns = 0;
    call.received = call.content = 0;
    call.status = 0;
    call.waited_for_connection = false;
    call.sent_again = call.enough = false;
    if (idle_first_) {
        WireConnection& connection = *idle_first_;
        remove_idle(connection);
        in_flight_.insert_by_deadline(call);
        start(connection, call);
    } else if (open_ < options_.max_connections) {
        in_flight_.insert_by_deadline(call);
        open_for(call);
    } else {
        call.waited_for_connection = true;
        call.connection = nullptr;
        waiting_.push_back(call);
    }
}

void WireClient::start(WireConnection& connection, WireCall& call) {
    connection.call = &call;
    call.connection = &connection;
    connection.sent = 0;
    connection.input.clear();
    connection.scanner.begin({.is_head = call.is_head,
                              .keep_body = call.keep_body,
                              .keep_head = call.keep_head,
                              .sink = call.sink,
                              .max_body = options_.max_answer_bytes});
    write(connection);
}

void WireClient::open_for(WireCall& call) {
    WireConnection& connection = take_slot();
    ++open_;
    connection.call = &call;
    call.connection = &connection;
    connection.opened_at_ns = now_ns_ = clock_ns();
    connection.connecting = true;
    connection.peer_closed = connection.reset = connection.reused = false;
    connection.input.clear();
    if (lookup_)
        lookup_->ask(id_of(connection));
    else
        connect(connection, address_);
}

void WireClient::on_looked_up() {
    lookup_->take(found_);
    now_ns_ = clock_ns();
    for (const NameLookup::Answer& answer : found_) {
        WireConnection& connection = *connections_[answer.who & UINT32_MAX];
        if (id_of(connection) != answer.who) continue;  // Given up meanwhile.
        if (answer.error.empty())
            connect(connection, answer.address);
        else
            fail(connection, WireOutcome::connect, answer.error);
    }
}

void WireClient::connect(WireConnection& connection, const Address& address) {
    if (!connection.stream.open(address, options_.tls ? &*options_.tls : nullptr, options_.host,
                                options_.tunnel)) {
        fail(connection, WireOutcome::connect, connection.stream.error());
        return;
    }
    ++opened_;
    // Edge-triggered, once for the connection's life: no epoll_ctl for a request.
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = id_of(connection);
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.stream.fd(), &event) != 0) {
        fail(connection, WireOutcome::connect, std::strerror(errno));
    }
}

WireConnection& WireClient::take_slot() {
    if (free_slots_.empty()) {
        connections_.push_back(std::make_unique<WireConnection>());
        connections_.back()->slot = static_cast<std::uint32_t>(connections_.size() - 1);
        return *connections_.back();
    }
    WireConnection& connection = *free_slots_.back();
    free_slots_.pop_back();
    return connection;
}

void WireClient::write(WireConnection& connection) {
    WireCall& call = *connection.call;
    bool in_one_go = connection.sent == 0;
    if (in_one_go) {
        now_ns_ = clock_ns();
        if (!call.sent_again) call.sent_ns = now_ns_;
    }
    while (connection.sent < call.bytes.size()) {
        const ssize_t count = connection.stream.write(call.bytes.data() + connection.sent,
                                                      call.bytes.size() - connection.sent);
        if (count < 0) {
            if (errno == EAGAIN) return;
            // An answer may be there all the same, as a 413 to a body that is too large: reading
            // says so, or why not.
            connection.reset = errno == ECONNRESET;
            return read(connection);
        }
        connection.sent += static_cast<std::size_t>(count);
        in_one_go &= connection.sent == call.bytes.size();
    }
    // Saves a reading of the clock for most requests.
    call.send_end_ns = in_one_go ? now_ns_ : (now_ns_ = clock_ns());
}

void WireClient::read(WireConnection& connection) {
    for (;;) {
        const ssize_t count = connection.stream.read(scratch_.get(), kScratch);
        if (count > 0) {
            now_ns_ = clock_ns();
            if (!connection.call) return close(connection);  // Bytes that nobody asked for.
            if (!feed(connection, {scratch_.get(), static_cast<std::size_t>(count)})) return;
            // A socket that gave less than it could is empty; more would be another event.
            const bool drained = static_cast<std::size_t>(count) < kScratch;
            if (drained && !connection.stream.is_tls() && !connection.peer_closed) return;
        } else if (count == 0) {
            return on_end_of_stream(connection);
        } else if (errno == EAGAIN) {
            if (connection.peer_closed && !connection.stream.is_tls())
                return on_end_of_stream(connection);
            return;
        } else if (errno != EINTR) {
            return on_broken(connection, errno);
        }
    }
}

// Whether the connection waits for more.
bool WireClient::feed(WireConnection& connection, std::string_view bytes) {
    WireCall& call = *connection.call;
    if (call.first_byte_ns == 0) call.first_byte_ns = now_ns_;
    call.received += bytes.size();
    call.last_piece_ns = now_ns_;
    const bool pieces = !connection.input.empty();
    if (pieces) bytes = connection.input.append(bytes);
    const std::size_t used = connection.scanner.consume(bytes);
    if (call.enough) [[unlikely]] {
        connection.peer_closed = true;  // What would still come is nobody's.
        finish(connection);
        return false;
    }
    if (!connection.scanner.error().empty()) {
        fail(connection, WireOutcome::malformed, connection.scanner.error());
        return false;
    }
    if (connection.scanner.done()) {
        // Before the whole request went out, or with more behind it: of no further use.
        if (used < bytes.size() || connection.sent < call.bytes.size())
            connection.peer_closed = true;
        finish(connection);
        return false;
    }
    if (pieces)
        connection.input.erase(0, used);
    else if (used < bytes.size())
        connection.input.assign(bytes.substr(used));
    return true;
}

void WireClient::on_end_of_stream(WireConnection& connection) {
    connection.peer_closed = true;
    if (!connection.call) return close(connection);
    now_ns_ = clock_ns();
    connection.scanner.end_of_stream();
    if (connection.scanner.done()) return finish(connection);
    if (never_arrived(connection)) return send_again(connection);
    fail(connection, WireOutcome::closed, connection.scanner.error());
}

void WireClient::on_broken(WireConnection& connection, int error) {
    if (!connection.call) return close(connection);
    now_ns_ = clock_ns();
    connection.reset = true;
    if (never_arrived(connection)) return send_again(connection);
    fail(connection, WireOutcome::closed,
         error == ECONNRESET && connection.call->first_byte_ns == 0
             ? "reset before an answer"
             : (error == ECONNRESET ? "reset before the whole answer" : std::strerror(error)));
}

// Nothing of the request was sent, or the peer closed in order without having acknowledged a byte
// of it. A reset proves nothing: it may follow a request that was read, and overtake its
// acknowledgement.
bool WireClient::never_arrived(const WireConnection& connection) {
    if (!connection.reused || connection.call->first_byte_ns != 0) return false;
    if (connection.sent == 0) return true;
    return !connection.reset && connection.stream.unacknowledged() >= connection.sent;
}

// On a new connection, so at most once. It is in flight all the time.
void WireClient::send_again(WireConnection& connection) {
    WireCall& call = *connection.call;
    connection.call = nullptr;
    close(connection);
    call.sent_again = true;
    ++sent_again_;
    open_for(call);
}

void WireClient::finish(WireConnection& connection) {
    WireCall& call = *connection.call;
    const ResponseScanner& scanner = connection.scanner;
    call.status = scanner.status();
    call.json_size = scanner.json_size();
    call.server_timing = scanner.server_timing();
    call.content = scanner.body_bytes();
    call.head = call.keep_head ? scanner.head() : std::string_view{};
    call.body = call.keep_body ? scanner.body() : std::string_view{};
    if (call.send_end_ns == 0) call.send_end_ns = call.sent_ns;
    connection.call = nullptr;
    in_flight_.remove(call);
    if (connection.peer_closed || !scanner.keep_alive() || !options_.keep_connections) {
        close(connection);  // Which keeps the buffers: the body may lie there.
    } else {
        push_idle(connection);
    }
    complete(call, WireOutcome::answered, {});
}

void WireClient::fail(WireConnection& connection, WireOutcome outcome, std::string_view error) {
    WireCall& call = *connection.call;
    connection.call = nullptr;
    in_flight_.remove(call);
    if (!connection.connecting && connection.scanner.has_head()) {
        call.status = connection.scanner.status();
        call.content = connection.scanner.body_bytes();
    }
    error_text_ = error;
    close(connection);
    complete(call, outcome, error_text_);
}

void WireClient::complete(WireCall& call, WireOutcome outcome, std::string_view error) {
    call.connection = nullptr;
    call.outcome = outcome;
    call.error = error;
    call.done_ns = now_ns_;
    owner_.on_done(call);
    if (!waiting_.empty()) serve_waiting();
}

void WireClient::serve_waiting() {
    if (serving_) return;  // From a call that the loop below has completed.
    serving_ = true;
    time_out_waiting(now_ns_);
    while (!waiting_.empty() && (idle_first_ || open_ < options_.max_connections)) {
        WireCall& call = waiting_.front();
        waiting_.remove(call);
        in_flight_.insert_by_deadline(call);
        if (idle_first_) {
            WireConnection& connection = *idle_first_;
            remove_idle(connection);
            start(connection, call);
        } else {
            open_for(call);
        }
    }
    serving_ = false;
}

void WireClient::close(WireConnection& connection) {
    if (connection.is_idle) remove_idle(connection);
    connection.stream.close();  // Which takes it out of the epoll, too.
    ++connection.generation;
    connection.connecting = false;
    --open_;
    free_slots_.push_back(&connection);
}

void WireClient::cancel_waiting() {
    now_ns_ = clock_ns();
    while (!waiting_.empty()) {
        WireCall& call = waiting_.front();
        waiting_.remove(call);
        complete(call, WireOutcome::cancelled, "given up while waiting for a connection");
    }
}

void WireClient::cancel(WireCall& call) {
    now_ns_ = clock_ns();
    if (call.connection) return fail(*call.connection, WireOutcome::cancelled, "given up");
    waiting_.remove(call);
    complete(call, WireOutcome::cancelled, "given up while waiting for a connection");
}

void WireClient::on_connecting(WireConnection& connection) {
    const auto ready = connection.stream.finish_open();
    if (ready == ClientStream::Ready::no) return;
    now_ns_ = clock_ns();
    if (ready == ClientStream::Ready::failed)
        return fail(connection, WireOutcome::connect, connection.stream.error());
    connection.connecting = false;
    // After a first send it is time that the request took, not that it waited to be sent.
    if (!connection.call->sent_again)
        connection.call->connect_ns = std::max<std::int64_t>(1, now_ns_ - connection.opened_at_ns);
    start(connection, *connection.call);
}

void WireClient::on_event(const epoll_event& event) {
    if (event.data.u64 == kLookupEvent) return on_looked_up();
    WireConnection& connection = *connections_[event.data.u64 & UINT32_MAX];
    if (connection.generation != event.data.u64 >> 32) return;
    if (connection.connecting) {
        on_connecting(connection);
        if (connection.connecting || connection.generation != event.data.u64 >> 32) return;
    }
    if (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) connection.peer_closed = true;
    const bool unsent = connection.call && connection.sent < connection.call->bytes.size();
    if (unsent && (event.events & EPOLLOUT)) {
        write(connection);
        if (connection.generation != event.data.u64 >> 32) return;
    }
    if (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) read(connection);
}

void WireClient::poll(std::int64_t until_ns) {
    if (event_at_ == event_count_) wait_for_events(until_ns);
    while (event_at_ < event_count_) {
        on_event(events_[static_cast<std::size_t>(event_at_++)]);
        if (now_ns_ >= until_ns) break;
    }
    time_out();
}

void WireClient::wait_for_events(std::int64_t until_ns) {
    event_at_ = event_count_ = 0;
    if (!in_flight_.empty()) until_ns = std::min(until_ns, in_flight_.front().deadline_ns);
    if (!waiting_.empty()) until_ns = std::min(until_ns, waiting_.front().deadline_ns);
    constexpr std::int64_t kLongest = 3'600'000'000'000;
    const std::int64_t wait = std::min(until_ns - clock_ns(), kLongest);
    int count = -1;
    if (wait <= 0) {
        count = ::epoll_wait(epoll_, events_.data(), kEvents, 0);
    } else {
        const timespec limit = to_timespec(wait);
        if (has_pwait2_) count = ::epoll_pwait2(epoll_, events_.data(), kEvents, &limit, nullptr);
        if (!has_pwait2_ || (count < 0 && errno == ENOSYS)) {
            has_pwait2_ = false;
            count =
                ::epoll_wait(epoll_, events_.data(), kEvents, static_cast<int>(wait / 1'000'000));
        }
    }
    event_count_ = std::max(count, 0);
    if (event_count_ == 0) now_ns_ = clock_ns();
}

// What is overdue now; what becomes so meanwhile is for the next time, since each connection that
// is closed here may be opened again for one that waits.
void WireClient::time_out() {
    const std::int64_t now_ns = now_ns_;
    time_out_waiting(now_ns);
    while (!in_flight_.empty() && in_flight_.front().deadline_ns <= now_ns) {
        WireCall& call = in_flight_.front();
        WireConnection& connection = *call.connection;
        if (call.ends_in_time && !connection.connecting && connection.scanner.has_head()) {
            connection.peer_closed = true;
            finish(connection);
        } else {
            fail(connection, WireOutcome::timeout,
                 connection.connecting ? "no connection was made in time" : "");
        }
    }
}

void WireClient::time_out_waiting(std::int64_t now_ns) {
    while (!waiting_.empty() && waiting_.front().deadline_ns <= now_ns) {
        WireCall& call = waiting_.front();
        waiting_.remove(call);
        complete(call, WireOutcome::timeout, "no connection was free in time");
    }
}

void WireClient::push_idle(WireConnection& connection) {
    connection.is_idle = connection.reused = true;
    connection.previous = idle_last_;
    connection.next = nullptr;
    (idle_last_ ? idle_last_->next : idle_first_) = &connection;
    idle_last_ = &connection;
}

void WireClient::remove_idle(WireConnection& connection) {
    connection.is_idle = false;
    (connection.previous ? connection.previous->next : idle_first_) = connection.next;
    (connection.next ? connection.next->previous : idle_last_) = connection.previous;
    connection.next = connection.previous = nullptr;
}

}  // namespace mettle::http
