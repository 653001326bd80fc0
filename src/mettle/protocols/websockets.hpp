#pragma once

// The WebSockets of one worker's users, for the HTTP transport: attempts whose request says
// `socket` go here.

#include "mettle/http/websocket_client.hpp"
#include "mettle/load/transport.hpp"
#include "mettle/protocols/detail_texts.hpp"

#include <deque>
#include <vector>

namespace mettle::protocols {

class WebSockets final : public load::SocketKeeper, private http::WebSocketClient::Owner {
public:
    // Takes an attempt that is done and filled in.
    class Done {
    public:
        virtual void on_socket_done(load::Attempt& attempt) = 0;

    protected:
        ~Done() = default;
    };

    // All must live longer.
    WebSockets(const http::Address& address, http::WebSocketClient::Options options,
               DetailTexts& details, Done& done)
        : client_(address, std::move(options), *this), details_(details), done_(done) {}

    void start(load::Attempt& attempt);
    void cancel(load::Attempt& attempt);
    void drop_socket(std::uint32_t socket) override { client_.drop(socket); }
    void poll() { client_.poll(0); }
    int fd() const { return client_.fd(); }
    std::uint64_t connections_opened() const { return client_.connections_opened(); }

private:
    struct Slot : http::WebSocketCall {
        load::Attempt* attempt = nullptr;
    };

    void on_done(http::WebSocketCall& call) override;
    void judge(const http::WebSocketCall& call, load::Attempt& attempt);

    http::WebSocketClient client_;
    DetailTexts& details_;
    Done& done_;
    std::deque<Slot> slots_;
    std::vector<Slot*> free_;
};

}  // namespace mettle::protocols
