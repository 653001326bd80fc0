#include "mettle/http/websocket_client.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/base/clock_ns.hpp"
#include "mettle/http/message.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/epoll.h>
#include <wslay/wslay.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>

namespace mettle::http {

namespace {

// One key for all: it guards against caches that answer for the server, not against people.
constexpr std::string_view kKey = "bWV0dGxlIGxvYWQgdGVzdA==";
constexpr std::size_t kMostHead = 64 * 1024;
constexpr std::uint16_t kNormalClosure = 1000;

// A mask need only be there: the peer is a server under test, not a proxy to be fooled.
int make_mask(wslay_event_context_ptr /*context*/, std::uint8_t* mask, std::size_t size,
              void* /*user*/) {
    std::fill_n(mask, size, std::uint8_t{0x5a});
    return 0;
}

std::string_view header_of(std::string_view head, std::string_view name) {
    for (auto at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1)) {
        std::string_view line = head.substr(at + 1, head.find('\n', at + 1) - at - 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !same_name(line.substr(0, colon), name)) continue;
        line.remove_prefix(colon + 1);
        while (line.starts_with(' ')) line.remove_prefix(1);
        return line;
    }
    return {};
}

}  // namespace

std::string websocket_accept(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 32> encoded;
    const int size = EVP_EncodeBlock(encoded.data(), digest.data(), digest.size());
    return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

class WebSocketConnection {
public:
    enum class Stage : std::uint8_t { closed, connecting, handshaking, open };

    WebSocketConnection() = default;
    ~WebSocketConnection() { end_framing(); }
    WebSocketConnection(const WebSocketConnection&) = delete;
    WebSocketConnection& operator=(const WebSocketConnection&) = delete;

    void begin_framing() {
        wslay_event_callbacks callbacks{};
        callbacks.recv_callback = on_recv;
        callbacks.send_callback = on_send;
        callbacks.genmask_callback = make_mask;
        callbacks.on_msg_recv_callback = on_message;
        METTLE_ASSERT(wslay_event_context_client_init(&framing, &callbacks, this) == 0);
        wslay_event_config_set_max_recv_msg_length(framing, WebSocketClient::kMostMessage);
    }
    void end_framing() {
        if (framing) wslay_event_context_free(framing);
        framing = nullptr;
    }

    ClientStream stream;
    Stage stage = Stage::closed;
    std::uint32_t socket = 0;
    WebSocketCall* call = nullptr;
    std::string out;   // The request of the handshake, as far as not sent.
    std::string head;  // Of its answer; behind it what came with it.
    wslay_event_context_ptr framing = nullptr;
    std::deque<std::string> waiting;  // Messages that came and were not asked for yet.
    std::string last;                 // The last that a call took.
    std::uint32_t taken = 0;          // By the call.
    std::int64_t opened_at_ns = 0;
    std::int64_t now_ns = 0;
    bool peer_closed = false;
    bool broken = false;

private:
    static ssize_t on_recv(wslay_event_context_ptr context, std::uint8_t* data, std::size_t size,
                           int /*flags*/, void* user) {
        auto& self = *static_cast<WebSocketConnection*>(user);
        // What came behind the head of the handshake's answer.
        if (!self.head.empty()) {
            const std::size_t taken = std::min(size, self.head.size());
            std::memcpy(data, self.head.data(), taken);
            self.head.erase(0, taken);
            return static_cast<ssize_t>(taken);
        }
        const ssize_t count = self.stream.read(reinterpret_cast<char*>(data), size);
        if (count > 0) return count;
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
            return -1;
        }
        (count == 0 ? self.peer_closed : self.broken) = true;
        wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    static ssize_t on_send(wslay_event_context_ptr context, const std::uint8_t* data,
                           std::size_t size, int /*flags*/, void* user) {
        auto& self = *static_cast<WebSocketConnection*>(user);
        const ssize_t count = self.stream.write(reinterpret_cast<const char*>(data), size);
        if (count >= 0) return count;
        const bool later = errno == EAGAIN || errno == EINTR;
        self.broken = self.broken || !later;
        wslay_event_set_error(context, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    static void on_message(wslay_event_context_ptr /*context*/,
                           const wslay_event_on_msg_recv_arg* message, void* user) {
        auto& self = *static_cast<WebSocketConnection*>(user);
        if (wslay_is_ctrl_frame(message->opcode)) return;
        if (self.waiting.size() == WebSocketClient::kMostWaiting) self.waiting.pop_front();
        self.waiting.emplace_back(reinterpret_cast<const char*>(message->msg), message->msg_length);
    }
};

WebSocketClient::WebSocketClient(const Address& address, Options options, Owner& owner)
    : address_(address),
      options_(std::move(options)),
      owner_(owner),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    METTLE_ASSERT(epoll_ >= 0);
    if (!options_.resolve_each) return;
    lookup_ = std::make_unique<NameLookup>(options_.resolve_each, address_);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = kLookupEvent;
    METTLE_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, lookup_->fd(), &event) == 0);
}

WebSocketClient::~WebSocketClient() {
    connections_.clear();
    ::close(epoll_);
}

WebSocketConnection* WebSocketClient::find(std::uint32_t socket) {
    const std::uint32_t slot = socket & kSlots;
    if (slot == 0 || slot > connections_.size()) return nullptr;
    WebSocketConnection& connection = *connections_[slot - 1];
    const bool open = connection.stage != WebSocketConnection::Stage::closed;
    return open && connection.socket == socket ? &connection : nullptr;
}

void WebSocketClient::start(WebSocketCall& call) {
    call.sent_ns = call.send_end_ns = call.first_byte_ns = call.connect_ns = 0;
    call.sent = call.received = 0;
    call.status = 0;
    call.head = call.body = call.error = {};
    call.outcome = WireOutcome::answered;
    if (call.kind == WebSocketCall::Kind::open) return open(call);
    WebSocketConnection* const connection = find(call.socket);
    if (!connection) {
        call.done_ns = call.sent_ns = clock_ns();
        call.outcome = WireOutcome::closed;
        call.error = "the WebSocket is not open any more";
        return owner_.on_done(call);
    }
    METTLE_ASSERT(!connection->call);
    connection->call = &call;
    connection->taken = 0;
    if (call.kind == WebSocketCall::Kind::close)
        shut(*connection, call);
    else
        exchange(*connection, call);
}

void WebSocketClient::open(WebSocketCall& call) {
    if (open_ >= std::min<std::size_t>(options_.max_connections, kSlots)) {
        call.done_ns = clock_ns();
        call.outcome = WireOutcome::connect;
        call.error = "no more WebSockets are allowed: see --max-connections";
        return owner_.on_done(call);
    }
    if (free_.empty()) {
        connections_.push_back(std::make_unique<WebSocketConnection>());
        free_.push_back(static_cast<std::uint32_t>(connections_.size()));
    }
    WebSocketConnection& connection = *connections_[free_.back() - 1];
    const std::uint32_t times = (connection.socket >> kSlotBits) + 1;
    connection.socket = call.socket = times << kSlotBits | free_.back();
    free_.pop_back();
    ++open_;
    connection.stage = WebSocketConnection::Stage::connecting;
    connection.call = &call;
    connection.out.assign(call.bytes)
        .append(
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: ");
    connection.out.append(kKey).append("\r\n\r\n");
    connection.head.clear();
    connection.waiting.clear();
    connection.peer_closed = connection.broken = false;
    connection.opened_at_ns = connection.now_ns = clock_ns();
    if (lookup_)
        lookup_->ask(connection.socket);
    else
        connect(connection, address_);
}

void WebSocketClient::on_looked_up() {
    lookup_->take(found_);
    for (const NameLookup::Answer& answer : found_) {
        WebSocketConnection* const connection = find(static_cast<std::uint32_t>(answer.who));
        if (!connection) continue;  // Given up meanwhile.
        connection->now_ns = clock_ns();
        if (answer.error.empty())
            connect(*connection, answer.address);
        else
            finish(*connection, WireOutcome::connect, answer.error);
    }
}

void WebSocketClient::connect(WebSocketConnection& connection, const Address& address) {
    const TlsContext* const tls = options_.tls ? &*options_.tls : nullptr;
    if (!connection.stream.open(address, tls, options_.host, options_.tunnel))
        return finish(connection, WireOutcome::connect, connection.stream.error());
    ++opened_;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u32 = connection.socket;
    METTLE_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.stream.fd(), &event) == 0);
}

void WebSocketClient::exchange(WebSocketConnection& connection, WebSocketCall& call) {
    connection.now_ns = call.sent_ns = clock_ns();
    if (!call.bytes.empty() || call.messages == 0) {
        wslay_event_msg message{};
        message.opcode = call.binary ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME;
        message.msg = reinterpret_cast<const std::uint8_t*>(call.bytes.data());
        message.msg_length = call.bytes.size();
        wslay_event_queue_msg(connection.framing, &message);
        call.sent = call.bytes.size();
    }
    pump(connection);
}

void WebSocketClient::shut(WebSocketConnection& connection, WebSocketCall& call) {
    connection.now_ns = call.sent_ns = clock_ns();
    wslay_event_queue_close(connection.framing, kNormalClosure, nullptr, 0);
    pump(connection);
}

void WebSocketClient::on_event(WebSocketConnection& connection, std::uint32_t events) {
    using Stage = WebSocketConnection::Stage;
    connection.now_ns = clock_ns();
    if (events & (EPOLLHUP | EPOLLERR)) connection.peer_closed = true;
    if (connection.stage == Stage::connecting) {
        const auto ready = connection.stream.finish_open();
        if (ready == ClientStream::Ready::no) return;
        if (ready == ClientStream::Ready::failed)
            return finish(connection, WireOutcome::connect, connection.stream.error());
        connection.stage = Stage::handshaking;
        connection.call->connect_ns =
            std::max<std::int64_t>(1, connection.now_ns - connection.opened_at_ns);
        connection.call->sent_ns = connection.now_ns;
        connection.call->sent = connection.out.size();
    }
    if (connection.stage == Stage::handshaking) return read_head(connection);
    pump(connection);
}

// Sends what is left of the handshake, and reads its answer.
void WebSocketClient::read_head(WebSocketConnection& connection) {
    WebSocketCall& call = *connection.call;
    while (!connection.out.empty()) {
        const ssize_t count = connection.stream.write(connection.out.data(), connection.out.size());
        if (count < 0 && errno == EAGAIN) return;
        if (count < 0) return finish(connection, WireOutcome::closed, std::strerror(errno));
        connection.out.erase(0, static_cast<std::size_t>(count));
        if (connection.out.empty()) call.send_end_ns = connection.now_ns;
    }
    std::array<char, 4096> piece;
    for (;;) {
        const ssize_t count = connection.stream.read(piece.data(), piece.size());
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0)
            return finish(connection, WireOutcome::closed, "closed before the handshake was over");
        if (call.first_byte_ns == 0) call.first_byte_ns = connection.now_ns;
        call.received += static_cast<std::uint64_t>(count);
        connection.head.append(piece.data(), static_cast<std::size_t>(count));
        if (connection.head.size() > kMostHead)
            return finish(connection, WireOutcome::malformed,
                          "the head of the handshake's answer is longer than 64 KiB");
        const auto end = connection.head.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        const std::string answer = connection.head.substr(0, end + 2);
        connection.head.erase(0, end + 4);
        call.head = answer;
        const bool is_http = answer.starts_with("HTTP/1.1 ") && answer.size() > 12;
        if (is_http) call.status = std::atoi(answer.c_str() + 9);
        if (call.status != 101) {
            const bool refused = call.status >= 400;
            return finish(connection, refused ? WireOutcome::answered : WireOutcome::malformed,
                          "the server did not switch to WebSocket");
        }
        if (header_of(answer, "sec-websocket-accept") != websocket_accept(kKey))
            return finish(connection, WireOutcome::malformed,
                          "the handshake's Sec-WebSocket-Accept is not that of our key");
        connection.stage = WebSocketConnection::Stage::open;
        connection.begin_framing();
        finish(connection, WireOutcome::answered, {});
        // Messages may have come with the head.
        if (connection.stage == WebSocketConnection::Stage::open) pump(connection);
        return;
    }
}

// Sends and receives what there is, then sees whether the call has what it waits for.
void WebSocketClient::pump(WebSocketConnection& connection) {
    if (wslay_event_send(connection.framing) != 0) connection.broken = true;
    const std::size_t before = connection.waiting.size();
    const int received = wslay_event_recv(connection.framing);
    if (received != 0 && !connection.peer_closed && !connection.broken) connection.broken = true;
    if (WebSocketCall* const call = connection.call;
        call && connection.waiting.size() > before && call->first_byte_ns == 0)
        call->first_byte_ns = connection.now_ns;
    // A close frame or a ping asks for an answer.
    if (!connection.broken && wslay_event_want_write(connection.framing))
        static_cast<void>(wslay_event_send(connection.framing));
    settle(connection);
}

void WebSocketClient::settle(WebSocketConnection& connection) {
    using Kind = WebSocketCall::Kind;
    WebSocketCall* const call = connection.call;
    const bool over = connection.peer_closed || connection.broken ||
                      wslay_event_get_close_received(connection.framing);
    if (!call) {
        if (over) close(connection);
        return;
    }
    if (call->kind == Kind::close) {
        if (!over) return;
        finish(connection, WireOutcome::answered, {});
        return close(connection);
    }
    const bool is_sent = !wslay_event_want_write(connection.framing);
    if (is_sent && call->send_end_ns == 0) call->send_end_ns = connection.now_ns;
    while (connection.taken < call->messages && !connection.waiting.empty()) {
        connection.last = std::move(connection.waiting.front());
        connection.waiting.pop_front();
        call->received += connection.last.size();
        if (call->first_byte_ns == 0) call->first_byte_ns = connection.now_ns;
        ++connection.taken;
    }
    if (is_sent && connection.taken == call->messages) {
        if (call->first_byte_ns == 0) call->first_byte_ns = connection.now_ns;
        call->body = connection.taken ? std::string_view(connection.last) : std::string_view{};
        return finish(connection, WireOutcome::answered, {});
    }
    if (over) finish(connection, WireOutcome::closed, "the WebSocket was closed by the server");
}

// Ends the call; the connection stays where all went well and it is open.
void WebSocketClient::finish(WebSocketConnection& connection, WireOutcome outcome,
                             std::string_view error) {
    WebSocketCall& call = *connection.call;
    connection.call = nullptr;
    call.outcome = outcome;
    call.done_ns = connection.now_ns;
    const std::string text(error);
    call.error = text;
    const bool stays =
        outcome == WireOutcome::answered && connection.stage == WebSocketConnection::Stage::open;
    if (!stays) close(connection);
    owner_.on_done(call);
}

void WebSocketClient::close(WebSocketConnection& connection) {
    if (connection.stage == WebSocketConnection::Stage::closed) return;
    connection.stage = WebSocketConnection::Stage::closed;
    connection.end_framing();
    connection.stream.close();
    --open_;
    free_.push_back(connection.socket & kSlots);
}

void WebSocketClient::cancel(WebSocketCall& call) {
    WebSocketConnection* const connection = find(call.socket);
    if (!connection || connection->call != &call) return;
    connection->now_ns = clock_ns();
    finish(*connection, WireOutcome::cancelled, "given up");
}

void WebSocketClient::drop(std::uint32_t socket) {
    WebSocketConnection* const connection = find(socket);
    if (!connection || connection->call) return;
    constexpr std::uint16_t kGoingAway = 1001;
    wslay_event_queue_close(connection->framing, kGoingAway, nullptr, 0);
    static_cast<void>(wslay_event_send(connection->framing));
    close(*connection);
}

void WebSocketClient::poll(std::int64_t until_ns) {
    constexpr std::int64_t kLongest = 10'000'000;  // Deadlines are looked at as often.
    const std::int64_t wait = std::clamp<std::int64_t>(until_ns - clock_ns(), 0, kLongest);
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(epoll_, events.data(), events.size(),
                                   static_cast<int>((wait + 999'999) / 1'000'000));
    for (int index = 0; index < count; ++index) {
        const epoll_event& event = events[static_cast<std::size_t>(index)];
        if (event.data.u32 == kLookupEvent) {
            on_looked_up();
            continue;
        }
        if (WebSocketConnection* const connection = find(event.data.u32))
            on_event(*connection, event.events);
    }
    time_out();
}

void WebSocketClient::time_out() {
    constexpr std::int64_t kBetweenChecks = 10'000'000;
    const std::int64_t now_ns = clock_ns();
    if (now_ns < next_check_ns_) return;
    next_check_ns_ = now_ns + kBetweenChecks;
    for (std::size_t index = 0; index < connections_.size(); ++index) {
        WebSocketConnection& connection = *connections_[index];
        if (!connection.call || connection.call->deadline_ns > now_ns) continue;
        connection.now_ns = now_ns;
        finish(connection, WireOutcome::timeout, {});
    }
}

}  // namespace mettle::http
