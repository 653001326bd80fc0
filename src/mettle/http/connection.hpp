#pragma once

#include "mettle/http/exchange.hpp"
#include "mettle/http/limits.hpp"
#include "mettle/http/request_parser.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace mettle::http {

// What connections of one I/O thread share. Touched by that thread only.
struct ConnectionContext {
    Handler& handler;
    const Limits& limits;
    boost::asio::io_context& io;
    const std::atomic<bool>& draining;  // Responses say `Connection: close`. Set from outside.
    TimePoint coarse_now;               // Of the last tick, at most half a second old.
    std::string date_line;              // "Date: ...\r\n", renewed by the tick.
    std::size_t open = 0;
    std::size_t in_flight = 0;  // Requests that have been read and not been answered.
};

// One client's connection: read a request, have it handled, write the response, again. A chain of
// callbacks instead of a coroutine, since a request through it costs about as much as the work of a
// small model. Lives as long as an operation or a held Exchange refers to it.
class Connection final : public Exchange, public std::enable_shared_from_this<Connection> {
public:
    // TCP or Unix. With the I/O thread's own executor instead of any_io_executor: no type erasure
    // for each operation.
    using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                    boost::asio::io_context::executor_type>;

    Connection(Socket socket, ConnectionContext& context);
    ~Connection() override;

    void start();
    // Answers 503 and closes.
    void refuse_for_overload();
    // Closes what has waited beyond its limit. Called by the tick.
    void close_if_overdue(TimePoint now);
    // Closes at once when no request is on its way or being answered; else after the response.
    void drain();
    void abort();

    void send() override;
    boost::asio::io_context& io() override { return context_.io; }
    std::shared_ptr<Exchange> hold() override { return shared_from_this(); }
    void watch(HangUpListener& listener) override;

private:
    enum class Stage { idle, head, body, chunks, handling, writing, lingering, closed };

    void read_more();
    void on_read(const boost::system::error_code& error, std::size_t count);
    void advance();
    bool step();
    bool on_head();
    void begin_body();
    bool on_body();
    bool on_chunks();
    void dispatch();
    bool refuse(const Refusal& refusal);
    bool begin_write();
    bool write_now();
    void write_later();
    void on_written(const boost::system::error_code& error, std::size_t count);
    void encode_head();
    void set_deadline(Duration limit);
    void finish_response();
    void end_exchange();
    void linger();
    void close();
    void wait_for_hang_up();
    bool has_hung_up();
    void tell_hang_up();
    std::string_view unread() const { return {input_.data() + begin_, end_ - begin_}; }
    void make_room(std::size_t size);
    void relocate(std::size_t size);

    Socket socket_;
    ConnectionContext& context_;
    RequestParser parser_;
    std::vector<char> input_;  // Bytes begin_ .. end_ are read and not consumed.
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t body_size_ = 0;
    std::string chunked_body_;
    std::string head_out_;
    std::vector<boost::asio::const_buffer> out_;
    std::size_t lingered_ = 0;
    TimePoint deadline_;
    Stage stage_ = Stage::idle;
    HangUpListener* listener_ = nullptr;
    bool watching_ = false;  // An operation waits for the socket to become readable.
    bool in_advance_ = false;
    bool must_close_ = false;
    bool dispatched_ = false;  // The handler has seen this request.
    bool is_head_method_ = false;
};

}  // namespace mettle::http
