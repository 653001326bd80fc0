#include "mettle/protocols/websockets.hpp"

#include "mettle/http/message.hpp"
#include "mettle/protocols/outcome_of.hpp"

#include <fmt/format.h>

namespace mettle::protocols {

namespace {

using Kind = http::WebSocketCall::Kind;

Kind kind_of(load::SocketUse::Kind kind) {
    switch (kind) {
        case load::SocketUse::Kind::open:
            return Kind::open;
        case load::SocketUse::Kind::exchange:
            return Kind::exchange;
        case load::SocketUse::Kind::close:
            return Kind::close;
    }
    return Kind::close;
}

}  // namespace

void WebSockets::start(load::Attempt& attempt) {
    if (free_.empty()) free_.push_back(&slots_.emplace_back());
    Slot& slot = *free_.back();
    free_.pop_back();
    const load::SocketUse& use = *attempt.made->socket;
    slot.attempt = &attempt;
    slot.kind = kind_of(use.kind);
    slot.bytes = attempt.made->bytes;
    slot.binary = use.binary;
    slot.messages = use.messages;
    slot.socket = use.socket;
    slot.deadline_ns = attempt.deadline_ns;
    attempt.transport_state = &slot;
    client_.start(slot);
}

void WebSockets::cancel(load::Attempt& attempt) {
    client_.cancel(*static_cast<Slot*>(attempt.transport_state));
}

void WebSockets::on_done(http::WebSocketCall& call) {
    auto& slot = static_cast<Slot&>(call);
    load::Attempt& attempt = *slot.attempt;
    attempt.sent_ns = call.sent_ns;
    attempt.send_end_ns = call.send_end_ns;
    attempt.first_byte_ns = call.first_byte_ns ? call.first_byte_ns : call.done_ns;
    attempt.done_ns = call.done_ns;
    attempt.connect_ns = call.connect_ns;
    attempt.bytes_sent = static_cast<std::uint32_t>(call.sent);
    attempt.bytes_received = call.received;
    attempt.server = {};
    attempt.waited_for_connection = false;
    judge(call, attempt);
    const bool stays = attempt.outcome == load::Outcome::ok && call.kind != Kind::close;
    attempt.made->socket->socket = stays ? call.socket : 0;
    attempt.made->socket->keeper = this;
    if (attempt.reader && call.outcome == http::WireOutcome::answered)
        static_cast<void>(
            attempt.reader->on_answer(attempt, {attempt.status, call.head, call.body}));
    attempt.transport_state = nullptr;
    free_.push_back(&slot);
    done_.on_socket_done(attempt);
}

void WebSockets::judge(const http::WebSocketCall& call, load::Attempt& attempt) {
    constexpr int kSwitching = 101;
    attempt.outcome = outcome_of(call.outcome);
    attempt.detail = {};
    // What follows the handshake has no status of its own.
    const bool open = call.kind == Kind::open;
    const bool answered = call.outcome == http::WireOutcome::answered;
    attempt.status = static_cast<std::uint16_t>(open ? call.status : (answered ? kSwitching : 0));
    if (open && answered && call.status != kSwitching) {
        attempt.outcome = load::Outcome::status;
        attempt.detail =
            details_.keep(fmt::format("{} {}", call.status, http::reason_phrase(call.status)));
    } else if (!answered) {
        attempt.detail = details_.keep(call.error);
    }
}

}  // namespace mettle::protocols
