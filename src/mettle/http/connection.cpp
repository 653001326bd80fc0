#include "mettle/http/connection.hpp"

#include "mettle/base/assert.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace mettle::http {

namespace net = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kFirstRoom = 8 * 1024;
constexpr std::size_t kChunkRoom = 16 * 1024;  // For chunk headers and what arrives with them.
constexpr std::size_t kKeptRoom = 256 * 1024;  // What a connection keeps of a large body's buffer.
constexpr std::size_t kMostLingered = 1 << 20;
constexpr Duration kPatienceWithNewcomers = std::chrono::milliseconds(500);
constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// "127.0.0.1:54321", "unix" for a socket of files, "" for a client that has gone.
std::string name_of(const net::generic::stream_protocol::endpoint& endpoint) {
    if (endpoint.protocol().family() == AF_UNIX) return "unix";
    net::ip::tcp::endpoint tcp;
    if (endpoint.size() == 0 || endpoint.size() > tcp.capacity()) return "";
    std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
    return fmt::format("{}:{}", tcp.address().to_string(), tcp.port());
}

}  // namespace

Connection::Connection(Socket socket, ConnectionContext& context)
    : socket_(std::move(socket)), context_(context), parser_(context.limits) {
    ++context_.open;
}

Connection::~Connection() {
    --context_.open;
}

void Connection::start() {
    error_code ignored;
    socket_.set_option(net::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    const auto endpoint = socket_.remote_endpoint(ignored);
    if (!ignored) peer = name_of(endpoint);
    make_room(kFirstRoom);
    set_deadline(context_.limits.head_timeout);  // The first request has to begin soon.
    read_more();
}

void Connection::refuse_for_overload() {
    make_room(kFirstRoom);
    refuse(
        {503, fmt::format("more than {} connections are open", context_.limits.max_connections)});
    advance();
}

// ---- Time

void Connection::set_deadline(Duration limit) {
    deadline_ = context_.coarse_now + limit;
}

void Connection::close_if_overdue(TimePoint now) {
    if (now < deadline_ || stage_ == Stage::handling || stage_ == Stage::closed) return;
    const bool began = stage_ == Stage::body || stage_ == Stage::chunks ||
                       (stage_ == Stage::head && end_ > begin_);
    if (!began) return close();
    refuse({408, "the rest of the request did not arrive in time"});
    advance();
}

// A client that has just connected, or whose request is on its way to us, is still answered.
void Connection::drain() {
    must_close_ = true;
    if (stage_ != Stage::idle) return;
    error_code ignored;
    if (socket_.available(ignored) > 0) return;
    if (dispatched_) return close();
    set_deadline(kPatienceWithNewcomers);
}

void Connection::abort() {
    close();
}

// ---- Reading

void Connection::make_room(std::size_t size) {
    if (begin_ > 0) {  // Move what is unread to the front, so that a request is contiguous.
        std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (input_.size() < size + Request::kBodyPadding) input_.resize(size + Request::kBodyPadding);
}

void Connection::read_more() {
    const std::size_t room = input_.size() - Request::kBodyPadding - end_;
    METTLE_ASSERT(room > 0);
    auto self = shared_from_this();
    socket_.async_read_some(net::buffer(input_.data() + end_, room),
                            [self = std::move(self)](const error_code& error, std::size_t count) {
                                self->on_read(error, count);
                            });
}

void Connection::on_read(const error_code& error, std::size_t count) {
    if (stage_ == Stage::closed) return;
    if (error) return close();
    if (stage_ == Stage::lingering) {
        lingered_ += count;
        return lingered_ > kMostLingered ? close() : read_more();
    }
    end_ += count;
    if (stage_ == Stage::idle) {
        stage_ = Stage::head;
        set_deadline(context_.limits.head_timeout);
    }
    advance();
}

// Does all that can be done now. A loop, so that a client that pipelines a thousand requests does
// not nest a thousand calls.
void Connection::advance() {
    if (in_advance_) return;
    in_advance_ = true;
    const auto self = shared_from_this();
    while (step()) {
    }
    in_advance_ = false;
}

// One stage; false when it has to wait for the network, the handler or nothing at all.
bool Connection::step() {
    switch (stage_) {
        case Stage::head:
            return on_head();
        case Stage::body:
            return on_body();
        case Stage::chunks:
            return on_chunks();
        case Stage::writing:
            return begin_write();
        default:
            return false;
    }
}

bool Connection::on_head() {
    if (begin_ == end_) {
        stage_ = Stage::idle;
        begin_ = end_ = 0;
        set_deadline(context_.limits.idle_timeout);
        if (must_close_) return close(), false;
        read_more();
        return false;
    }
    // Empty lines before a request are passed over (RFC 9112 2.2).
    while (unread().starts_with("\r\n")) begin_ += 2;
    switch (parser_.parse_head(unread(), request)) {
        case RequestParser::Progress::refused:
            return refuse(parser_.refusal());
        case RequestParser::Progress::done:
            begin_body();
            return true;
        case RequestParser::Progress::need_more:
            break;
    }
    if (end_ + Request::kBodyPadding >= input_.size() || begin_ > 0) {
        make_room(std::max(kFirstRoom, 2 * (end_ - begin_)));
    }
    read_more();
    return false;
}

void Connection::begin_body() {
    set_deadline(context_.limits.body_timeout);
    body_size_ = parser_.content_length();
    stage_ = parser_.chunked() ? Stage::chunks : Stage::body;
    chunked_body_.clear();
    if (parser_.chunked()) relocate(end_ - begin_ + kChunkRoom);
    const bool nothing_yet = end_ - begin_ == parser_.head_size();
    if (parser_.expects_continue() && nothing_yet && (parser_.chunked() || body_size_ > 0)) {
        error_code ignored;  // The socket's buffer is empty at this point: 25 bytes always fit.
        socket_.write_some(net::buffer(kContinue), ignored);
    }
}

bool Connection::on_body() {
    const std::size_t whole = parser_.head_size() + body_size_;
    if (end_ - begin_ < whole) {
        // Grows with what has arrived, not with what was promised.
        const std::size_t wanted = std::min(whole, std::max(4 * (end_ - begin_), kFirstRoom));
        if (begin_ + wanted + Request::kBodyPadding > input_.size()) relocate(wanted);
        read_more();
        return false;
    }
    request.body = unread().substr(parser_.head_size(), body_size_);
    begin_ += whole;
    dispatch();
    return true;
}

// Makes room where the request's views have to be made again, since its head moves.
void Connection::relocate(std::size_t size) {
    make_room(size);
    parser_.reset();
    parser_.parse_head(unread(), request);
}

bool Connection::on_chunks() {
    const std::size_t head = parser_.head_size();
    std::size_t used = 0;
    const auto progress = parser_.parse_chunks(unread().substr(head), chunked_body_, used);
    // The consumed chunks are cut out; the head before them stays, since views refer to it.
    char* const behind_head = input_.data() + begin_ + head;
    std::memmove(behind_head, behind_head + used, end_ - begin_ - head - used);
    end_ -= used;
    if (progress == RequestParser::Progress::refused) return refuse(parser_.refusal());
    if (progress == RequestParser::Progress::need_more) {
        if (end_ + Request::kBodyPadding >= input_.size())
            return refuse({400, "a chunk's size line is too long"});
        read_more();
        return false;
    }
    chunked_body_.reserve(chunked_body_.size() + Request::kBodyPadding);
    request.body = chunked_body_;
    begin_ += head;
    dispatch();
    return true;
}

// ---- Handling

void Connection::dispatch() {
    stage_ = Stage::handling;
    dispatched_ = true;
    ++context_.in_flight;
    is_head_method_ = request.method == "HEAD";
    request.received = std::chrono::steady_clock::now();
    response.clear();
    context_.handler.handle(*this);
}

// ---- Clients that leave

void Connection::watch(HangUpListener& listener) {
    listener_ = &listener;
    if (stage_ == Stage::closed) {
        net::post(context_.io, [self = shared_from_this()] { self->tell_hang_up(); });
    } else if (!watching_) {
        wait_for_hang_up();
    }
}

void Connection::wait_for_hang_up() {
    watching_ = true;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const error_code& error) {
        self->watching_ = false;
        if (error || self->stage_ != Stage::handling || !self->listener_) return;
        if (self->has_hung_up()) self->tell_hang_up();
        // Else the client has sent its next request ahead. It is not read before this one is
        // answered, so nothing more can be learnt.
    });
}

bool Connection::has_hung_up() {
    char byte;
    const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void Connection::tell_hang_up() {
    if (HangUpListener* const listener = std::exchange(listener_, nullptr)) listener->on_hang_up();
}

bool Connection::refuse(const Refusal& refusal) {
    response.clear();
    response.status = refusal.status;
    response.body = fmt::format(R"({{"error":"{}"}})", refusal.message);
    response.close = true;
    dispatched_ = false;
    ++context_.in_flight;
    context_.handler.on_refused(refusal.status);
    is_head_method_ = false;
    stage_ = Stage::writing;
    return true;
}

void Connection::send() {
    listener_ = nullptr;
    if (stage_ == Stage::closed) return end_exchange();
    METTLE_ASSERT(stage_ == Stage::handling);
    stage_ = Stage::writing;
    advance();
}

// ---- Writing

void Connection::encode_head() {
    std::size_t length = response.body.size();
    for (const auto& attachment : response.attachments) length += attachment.bytes.size();
    must_close_ = must_close_ || response.close || !request.keep_alive ||
                  context_.draining.load(std::memory_order_relaxed);

    head_out_.clear();
    const auto out = std::back_inserter(head_out_);
    if (response.status == 200) {
        head_out_ += "HTTP/1.1 200 OK\r\n";
    } else {
        fmt::format_to(out, "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
    }
    if (!response.content_type.empty()) {
        head_out_.append("Content-Type: ").append(response.content_type).append("\r\n");
    }
    if (response.status != 204 && response.status != 304) {
        const fmt::format_int digits(length);
        head_out_.append("Content-Length: ").append(digits.data(), digits.size()).append("\r\n");
    }
    head_out_.append(response.headers).append(context_.date_line);
    if (must_close_) {
        head_out_ += "Connection: close\r\n";
    } else if (request.http10) {
        head_out_ += "Connection: keep-alive\r\n";
    }
    head_out_ += "\r\n";

    out_.clear();
    out_.push_back(net::buffer(head_out_));
    if (is_head_method_) return;
    if (!response.body.empty()) out_.push_back(net::buffer(response.body));
    for (const auto& attachment : response.attachments) {
        out_.push_back(net::buffer(attachment.bytes.data(), attachment.bytes.size()));
    }
}

bool Connection::begin_write() {
    encode_head();
    set_deadline(context_.limits.write_timeout);
    return write_now();
}

// The common case: the whole response fits into the socket's buffer, and no operation is queued.
bool Connection::write_now() {
    error_code error;
    std::size_t written = socket_.write_some(out_, error);
    if (error && error != net::error::would_block) {
        close();
        return false;
    }
    for (net::const_buffer& buffer : out_) {
        const std::size_t part = std::min(written, buffer.size());
        buffer += part;
        written -= part;
    }
    std::erase_if(out_, [](const net::const_buffer& buffer) { return buffer.size() == 0; });
    if (!out_.empty()) {
        write_later();
        return false;
    }
    finish_response();
    return stage_ == Stage::head;
}

void Connection::write_later() {
    auto self = shared_from_this();
    net::async_write(socket_, out_,
                     [self = std::move(self)](const error_code& error, std::size_t count) {
                         self->on_written(error, count);
                     });
}

void Connection::on_written(const error_code& error, std::size_t) {
    if (stage_ == Stage::closed) return;
    if (error) return close();
    finish_response();
    advance();
}

void Connection::end_exchange() {
    if (dispatched_) context_.handler.on_sent(*this);
    --context_.in_flight;
    response.attachments.clear();
}

void Connection::finish_response() {
    end_exchange();
    if (must_close_) return linger();
    parser_.reset();
    stage_ = Stage::head;
    set_deadline(context_.limits.head_timeout);
    if (input_.size() > kKeptRoom && end_ == begin_) {
        begin_ = end_ = 0;
        std::vector<char>().swap(input_);
        make_room(kFirstRoom);
    } else if (begin_ == end_) {
        begin_ = end_ = 0;
    }
}

// Closing with unread bytes in the socket would reset the connection, and the client might lose the
// response (RFC 9112 9.6). So: say that no more comes, and read on for a little.
void Connection::linger() {
    stage_ = Stage::lingering;
    error_code ignored;
    socket_.shutdown(net::socket_base::shutdown_send, ignored);
    begin_ = end_ = 0;
    lingered_ = 0;
    set_deadline(kLingerTime);
    read_more();
}

// An exchange that is being handled ends when its handler answers: see send().
void Connection::close() {
    if (stage_ == Stage::closed) return;
    if (stage_ == Stage::writing) end_exchange();
    stage_ = Stage::closed;
    error_code ignored;
    socket_.close(ignored);
    tell_hang_up();
}

}  // namespace mettle::http
