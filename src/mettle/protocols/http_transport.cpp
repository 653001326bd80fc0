#include "mettle/protocols/http_transport.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/base/clock_ns.hpp"
#include "mettle/http/message.hpp"
#include "mettle/http/route.hpp"
#include "mettle/http/wire_client.hpp"
#include "mettle/protocols/detail_texts.hpp"
#include "mettle/protocols/known_answers.hpp"
#include "mettle/protocols/outcome_of.hpp"
#include "mettle/protocols/websockets.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>

namespace mettle::protocols {

namespace {

using load::Attempt;
using load::Outcome;

struct Origin {
    http::Address address;
    std::string host;
    bool tls = false;
    std::string tunnel;
    std::string socket_tunnel;  // A proxy passes a WebSocket on in a tunnel only, in clear, too.
    http::Url peer;             // Whose name is resolved.
};

// What all workers share. Immutable.
struct SharedRequests {
    std::vector<Origin> origins;
    std::vector<std::vector<PreparedRequest>> requests;
    HttpOptions options;
    std::unique_ptr<FirstPayloads> first_payloads = std::make_unique<FirstPayloads>();
};

load::ServerTimes to_times(const http::ServerTiming& timing) {
    const auto& at = timing.times;
    return {at[0], at[1], at[2], at[3], at[4], at[5], at[6]};
}

// Several clients on one epoll, whose members are their epolls. A deadline may be seen some
// milliseconds late.
class PollGroup {
public:
    PollGroup() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) { METTLE_ASSERT(epoll_ >= 0); }
    ~PollGroup() { ::close(epoll_); }
    PollGroup(const PollGroup&) = delete;
    PollGroup& operator=(const PollGroup&) = delete;

    void add(int fd, std::function<void()> poll) {
        epoll_event event{};
        event.events = EPOLLIN;
        METTLE_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0);
        polls_.push_back(std::move(poll));
    }
    int fd() const { return epoll_; }
    void poll(std::int64_t until_ns) {
        constexpr std::int64_t kLongest = 10'000'000;
        const std::int64_t wait = std::min(until_ns - clock_ns(), kLongest);
        if (wait > 0) {
            epoll_event event;
            ::epoll_wait(epoll_, &event, 1, static_cast<int>((wait + 999'999) / 1'000'000));
        }
        for (const auto& poll : polls_) poll();
    }

private:
    int epoll_;
    std::vector<std::function<void()>> polls_;
};

class HttpTransport final : public load::Transport,
                            private http::WireClient::Owner,
                            private WebSockets::Done {
public:
    // `wires` has the options of each origin's connections.
    HttpTransport(std::shared_ptr<const SharedRequests> shared, load::Completion& completion,
                  std::vector<http::WireClient::Options> wires)
        : shared_(std::move(shared)), completion_(completion), started_ns_(clock_ns()) {
        http::WireClient::Owner& owner = *this;
        for (std::size_t index = 0; index < wires.size(); ++index)
            clients_.push_back(std::make_unique<http::WireClient>(shared_->origins[index].address,
                                                                  std::move(wires[index]), owner));
        sockets_.resize(clients_.size());
        if (clients_.size() > 1) make_group();
        for (const auto& task : shared_->requests) known_.emplace_back(task.size());
    }

    void start(Attempt& attempt) override;
    void cancel(Attempt& attempt) override;
    void cancel_waiting() override {
        for (auto& client : clients_) client->cancel_waiting();
    }
    void poll(std::int64_t until_ns) override;
    int poll_fd() const override { return all_ ? all_->fd() : clients_[0]->fd(); }
    std::uint64_t connections_opened() const override {
        std::uint64_t sum = 0;
        for (const auto& client : clients_) sum += client->connections_opened();
        for (const auto& sockets : sockets_) sum += sockets ? sockets->connections_opened() : 0;
        return sum;
    }
    std::uint64_t requests_sent_again() const override {
        std::uint64_t sum = 0;
        for (const auto& client : clients_) sum += client->requests_sent_again();
        return sum;
    }

private:
    struct Slot final : http::WireCall, http::BodySink {
        void on_body(std::string_view bytes) override {
            if (!attempt->reader->on_piece(*attempt, bytes, last_piece_ns)) enough = true;
        }

        Attempt* attempt = nullptr;
        const PreparedRequest* request = nullptr;  // None where the attempt is of no payload.
        std::uint16_t origin = 0;
    };

    void on_done(http::WireCall& call) override;
    void on_socket_done(Attempt& attempt) override { done_.push_back(&attempt); }
    void make_group();
    WebSockets& sockets_of(std::uint16_t origin);
    void hand_over();
    void send(Slot& slot);
    void judge(const Slot& slot, Attempt& attempt);
    bool read_answer(Slot& slot, Attempt& attempt);
    bool may_check(std::int64_t now_ns) const;
    std::string_view detail_of(const std::string& text, const PreparedRequest* request);

    std::shared_ptr<const SharedRequests> shared_;
    load::Completion& completion_;
    std::vector<std::unique_ptr<http::WireClient>> clients_;  // One an origin.
    // One an origin, from the first time that one is asked for.
    std::vector<std::unique_ptr<WebSockets>> sockets_;
    std::optional<PollGroup> all_;  // Where there are several of all those.
    std::deque<Slot> slots_;        // Grows to the most that were ever open at once.
    std::vector<Slot*> free_slots_;
    // Done and not handed over. Answers that came together are all read, and stamped, before the
    // requests that follow them are sent: a send takes longer than a read, and an answer that waits
    // here for other users' sends would look like a slow server. What the sends then wait for each
    // other is send lag, and shows as such.
    std::vector<Attempt*> done_;
    std::vector<std::vector<KnownAnswers>> known_;  // By task and payload.
    std::size_t known_bytes_ = 0;
    DetailTexts details_;
    std::map<std::string, std::string_view, std::less<>> with_payload_;  // By the bare text.
    std::int64_t started_ns_;
    std::int64_t checking_ns_ = 0;
};

void HttpTransport::make_group() {
    all_.emplace();
    for (const auto& client : clients_)
        all_->add(client->fd(), [wire = client.get()] { wire->poll(0); });
}

WebSockets& HttpTransport::sockets_of(std::uint16_t origin) {
    auto& sockets = sockets_[origin];
    if (!sockets) {
        const http::WireClient::Options& wire = clients_[origin]->options();
        WebSockets::Done& done = *this;
        const Origin& where = shared_->origins[origin];
        sockets = std::make_unique<WebSockets>(
            where.address,
            http::WebSocketClient::Options{wire.max_connections, wire.tls, wire.host,
                                           where.socket_tunnel, wire.resolve_each},
            details_, done);
        if (!all_) make_group();
        all_->add(sockets->fd(), [these = sockets.get()] { these->poll(); });
    }
    return *sockets;
}

void HttpTransport::start(Attempt& attempt) {
    if (attempt.made && attempt.made->socket)
        return sockets_of(attempt.made->origin).start(attempt);
    if (free_slots_.empty()) free_slots_.push_back(&slots_.emplace_back());
    Slot& slot = *free_slots_.back();
    free_slots_.pop_back();
    slot.attempt = &attempt;
    slot.deadline_ns = attempt.deadline_ns;
    attempt.transport_state = &slot;
    attempt.sent_ns = attempt.connect_ns = 0;
    attempt.bytes_sent = 0;
    attempt.bytes_received = attempt.content_bytes = 0;
    send(slot);
}

void HttpTransport::send(Slot& slot) {
    const Attempt& attempt = *slot.attempt;
    slot.request = nullptr;
    if (!attempt.made || attempt.made->of_payload)
        slot.request = &shared_->requests[attempt.task][attempt.payload];
    if (attempt.made) {
        slot.bytes = attempt.made->bytes;
        slot.is_head = attempt.made->is_head;
    } else {
        slot.bytes = slot.request->bytes;
        slot.is_head = slot.request->is_head;
    }
    slot.origin = attempt.made ? attempt.made->origin : 0;
    slot.ends_in_time = attempt.made && attempt.made->ends_in_time;
    const bool whole = attempt.reader && !attempt.in_pieces;
    slot.keep_head = attempt.reader != nullptr;
    slot.keep_body = whole || (slot.request && slot.request->check);
    slot.sink = attempt.reader && attempt.in_pieces ? &slot : nullptr;
    clients_[slot.origin]->send(slot);
}

void HttpTransport::cancel(Attempt& attempt) {
    // Nothing to give up where it is done and not handed over yet.
    if (attempt.transport_state && attempt.made && attempt.made->socket) {
        sockets_of(attempt.made->origin).cancel(attempt);
    } else if (attempt.transport_state) {
        Slot& slot = *static_cast<Slot*>(attempt.transport_state);
        clients_[slot.origin]->cancel(slot);
    }
    hand_over();
}

void HttpTransport::poll(std::int64_t until_ns) {
    const std::int64_t wake_ns = done_.empty() ? until_ns : 0;
    if (all_)
        all_->poll(wake_ns);
    else
        clients_[0]->poll(wake_ns);
    hand_over();
}

void HttpTransport::hand_over() {
    // Only those that are done by now: what fails at once while it is started here is for the next
    // time, so that a target that refuses everything cannot keep this going.
    const std::size_t count = done_.size();
    for (std::size_t index = 0; index < count; ++index) completion_.on_complete(*done_[index]);
    done_.erase(done_.begin(), done_.begin() + static_cast<std::ptrdiff_t>(count));
}

void HttpTransport::on_done(http::WireCall& call) {
    auto& slot = static_cast<Slot&>(call);
    Attempt& attempt = *slot.attempt;
    // Sent again after a redirect: from the first send to the last answer.
    if (attempt.sent_ns == 0) {
        attempt.sent_ns = call.sent_ns;
        attempt.connect_ns = call.connect_ns;
    }
    attempt.send_end_ns = call.send_end_ns;
    attempt.first_byte_ns = call.first_byte_ns;
    attempt.done_ns = call.done_ns;
    if (call.send_end_ns) attempt.bytes_sent += static_cast<std::uint32_t>(call.bytes.size());
    attempt.bytes_received += call.received;
    attempt.content_bytes = call.content;
    attempt.status = static_cast<std::uint16_t>(call.status);
    attempt.server = to_times(call.server_timing);
    attempt.waited_for_connection = call.waited_for_connection;
    attempt.outcome = outcome_of(call.outcome);
    attempt.detail = {};
    if (attempt.outcome == Outcome::ok)
        judge(slot, attempt);
    else
        attempt.detail = details_.keep(call.error);
    if (attempt.reader && call.outcome == http::WireOutcome::answered && read_answer(slot, attempt))
        return;
    attempt.transport_state = nullptr;
    free_slots_.push_back(&slot);
    done_.push_back(&attempt);
}

bool is_refusal(int status) {
    return status >= 400 && status < 500 && status != 408 && status != 429;
}

void HttpTransport::judge(const Slot& slot, Attempt& attempt) {
    if (slot.status >= 400) [[unlikely]] {
        if (is_refusal(slot.status) && slot.request && slot.request->check &&
            slot.request->check->wants_refusal())
            return;
        attempt.outcome = Outcome::status;
        const std::string text =
            fmt::format("{} {}", slot.status, http::reason_phrase(slot.status));
        // Of those the server's load is the reason, not what was sent.
        const bool overload = slot.status == 429 || slot.status == 503;
        attempt.detail = overload ? details_.keep(text) : detail_of(text, slot.request);
        return;
    }
    if (!slot.request || !slot.request->check) return;
    KnownAnswers& known = known_[attempt.task][attempt.payload];
    if (known.contains(slot.body)) return;
    const std::int64_t begin = clock_ns();
    if (!known.empty() && !may_check(begin)) return;
    const auto flaw = slot.request->check->judge({slot.body, slot.json_size, slot.status});
    checking_ns_ += clock_ns() - begin;
    if (flaw) {
        attempt.outcome = flaw->outcome;
        attempt.detail = detail_of(flaw->detail, slot.request);
    } else {
        known.add(slot.body, known_bytes_);
    }
}

// The text with the first payload that failed so, if it has an id.
std::string_view HttpTransport::detail_of(const std::string& text, const PreparedRequest* request) {
    if (!request || request->id.empty()) return details_.keep(text);
    const auto found = with_payload_.find(text);
    if (found != with_payload_.end()) return found->second;
    const std::string_view kept =
        details_.keep(shared_->first_payloads->with_payload(text, request->id));
    if (with_payload_.size() < DetailTexts::kMost) with_payload_.emplace(text, kept);
    return kept;
}

// Whether it goes on with another request.
bool HttpTransport::read_answer(Slot& slot, Attempt& attempt) {
    const auto then = attempt.reader->on_answer(attempt, {slot.status, slot.head, slot.body});
    if (then == load::AnswerReader::Then::done) return false;
    send(slot);
    return true;
}

bool HttpTransport::may_check(std::int64_t now_ns) const {
    const double share = shared_->options.check_share;
    return share >= 1 ||
           static_cast<double>(checking_ns_) <= share * static_cast<double>(now_ns - started_ns_);
}

class HttpTransports final : public load::TransportFactory {
public:
    explicit HttpTransports(std::shared_ptr<const SharedRequests> shared)
        : shared_(std::move(shared)) {
        const bool any_tls = std::ranges::any_of(shared_->origins, &Origin::tls);
        const HttpOptions& options = shared_->options;
        if (any_tls)
            tls_ = options.route.tls ? *options.route.tls : http::TlsContext(options.verify_tls);
    }

    std::unique_ptr<load::Transport> make(load::Completion& completion, int worker) const override {
        const HttpOptions& options = shared_->options;
        const auto workers = static_cast<std::size_t>(std::max(options.workers, 1));
        const auto index = static_cast<std::size_t>(worker);
        const std::size_t share =
            options.max_connections / workers + (index < options.max_connections % workers ? 1 : 0);
        std::vector<http::WireClient::Options> wires;
        for (const Origin& origin : shared_->origins) {
            http::WireClient::Options& wire = wires.emplace_back();
            wire.max_connections = std::max<std::size_t>(share, 1);
            wire.max_answer_bytes = options.max_answer_bytes;
            if (origin.tls) wire.tls = tls_;
            wire.host = origin.host;
            wire.tunnel = origin.tunnel;
            wire.keep_connections = options.keep_connections;
            if (options.resolve_each)
                wire.resolve_each = [peer = origin.peer] { return http::resolve(peer); };
        }
        return std::make_unique<HttpTransport>(shared_, completion, std::move(wires));
    }

private:
    std::shared_ptr<const SharedRequests> shared_;
    std::optional<http::TlsContext> tls_;
};

}  // namespace

Result<std::unique_ptr<load::TransportFactory>> make_http_transports(
    const http::Url& url, std::vector<std::vector<PreparedRequest>> requests, HttpOptions options) {
    std::vector<http::Url> urls = options.more_origins;
    urls.insert(urls.begin(), url);
    std::vector<Origin> origins;
    for (const http::Url& each : urls) {
        const http::Url& peer = http::peer_of(options.route, each);
        const auto address = http::pick_address(peer);
        if (!address) return std::unexpected(address.error());
        origins.push_back({*address, each.host, each.scheme == "https",
                           http::tunnel_of(options.route, each),
                           options.route.proxy ? http::tunnel_to(each) : "", peer});
    }
    auto shared = std::make_shared<SharedRequests>(
        SharedRequests{std::move(origins), std::move(requests), std::move(options)});
    return std::make_unique<HttpTransports>(std::move(shared));
}

}  // namespace mettle::protocols
