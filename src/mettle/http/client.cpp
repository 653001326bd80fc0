#include "mettle/http/client.hpp"

#include "mettle/base/version.hpp"
#include "mettle/http/client_stream.hpp"
#include "mettle/http/message.hpp"
#include "mettle/http/response_scanner.hpp"
#include "mettle/http/route.hpp"

#include <fmt/format.h>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace mettle::http {

namespace {

using SteadyClock = std::chrono::steady_clock;

bool names(const HeaderList& headers, std::string_view name) {
    return std::ranges::any_of(headers,
                               [&](const auto& header) { return same_name(header.first, name); });
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Status line and headers, without the empty line; the scanner has found them well-formed.
void read_head(std::string_view head, ClientResponse& response) {
    const auto first_end = head.find('\n');
    const std::string_view status_line = trim(head.substr(0, first_end));
    if (status_line.size() > 13) response.reason = status_line.substr(13);
    for (std::size_t at = first_end + 1; at < head.size();) {
        const auto end = std::min(head.find('\n', at), head.size());
        const std::string_view line = head.substr(at, end - at);
        const auto colon = std::min(line.find(':'), line.size());
        response.headers.emplace_back(line.substr(0, colon),
                                      trim(line.substr(std::min(colon + 1, line.size()))));
        at = end + 1;
    }
}

}  // namespace

std::string_view ClientResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) return value;
    }
    return {};
}

std::string encode_request(const Url& url, const ClientRequest& request) {
    std::string bytes = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
    const auto add = [&](std::string_view name, std::string_view value) {
        bytes.append(name).append(": ").append(value).append("\r\n");
    };
    if (!names(request.headers, "Host")) add("Host", url.authority());
    if (!names(request.headers, "User-Agent"))
        add("User-Agent", fmt::format("mettle/{}", version()));
    for (const auto& [name, value] : request.headers) add(name, value);
    const bool has_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
    if (has_body && !names(request.headers, "Content-Length"))
        add("Content-Length", std::to_string(request.body.size()));
    return bytes.append("\r\n").append(request.body);
}

// One connection, and the waiting that a ClientStream leaves to its owner.
class Client::Session {
public:
    Session(const Url& url, Route route) : url_(url), route_(std::move(route)) {
        if (url.scheme != "https") route_.tls.reset();
        if (url.scheme == "https" && !route_.tls) route_.tls.emplace(true);
    }

    Result<void> connect(SteadyClock::time_point deadline);
    Result<ClientResponse> exchange(const std::string& bytes, bool is_head,
                                    SteadyClock::time_point deadline);
    bool is_open() const { return stream_.is_open(); }
    void close() { stream_.close(); }
    // Whether any byte of the last answer came.
    bool answered() const { return answered_; }

private:
    Result<void> connect_to(const Address& address, SteadyClock::time_point deadline);
    Result<void> wait(short events, SteadyClock::time_point deadline);
    Result<void> send_all(const std::string& bytes, SteadyClock::time_point deadline);
    Result<ClientResponse> receive(bool is_head, SteadyClock::time_point deadline);
    bool take(ResponseScanner& scanner, ClientResponse& response);

    const Url& url_;
    Route route_;
    ClientStream stream_;
    std::string input_;
    bool answered_ = false;
};

Result<void> Client::Session::wait(short events, SteadyClock::time_point deadline) {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
        if (left.count() <= 0) return fail(Error::Kind::timed_out, "no whole answer in time");
        pollfd ready{stream_.fd(), events, 0};
        const auto limit = std::min<std::int64_t>(left.count(), 60'000);
        if (::poll(&ready, 1, static_cast<int>(limit)) > 0) return {};
    }
}

Result<void> Client::Session::connect(SteadyClock::time_point deadline) {
    const auto addresses = resolve(peer_of(route_, url_));
    if (!addresses) return std::unexpected(addresses.error());
    Result<void> connected;
    for (const Address& address : *addresses) {
        connected = connect_to(address, deadline);
        if (connected || connected.error().kind == Error::Kind::timed_out) break;
    }
    return connected;
}

Result<void> Client::Session::connect_to(const Address& address, SteadyClock::time_point deadline) {
    using enum ClientStream::Ready;
    auto ready = stream_.open(address, route_.tls ? &*route_.tls : nullptr, url_.host,
                              tunnel_of(route_, url_))
                     ? no
                     : failed;
    short events = POLLOUT;
    while (ready == no) {
        if (auto waited = wait(events, deadline); !waited) {
            stream_.close();
            return fail(Error::Kind::timed_out,
                        fmt::format("{} took no connection in time", address.to_string()));
        }
        ready = stream_.finish_open();
        events = POLLIN;  // Of a TLS handshake it is the peer's turn that is waited for.
    }
    if (ready == yes) return {};
    stream_.close();
    return fail(Error::Kind::connection_lost,
                fmt::format("{}: {}", address.to_string(), stream_.error()));
}

Result<void> Client::Session::send_all(const std::string& bytes, SteadyClock::time_point deadline) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count = stream_.write(bytes.data() + sent, bytes.size() - sent);
        if (count >= 0) {
            sent += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            if (auto waited = wait(POLLOUT, deadline); !waited) return waited;
        } else {
            // An early answer, as 413, may be waiting; receive() finds out.
            return {};
        }
    }
    return {};
}

bool Client::Session::take(ResponseScanner& scanner, ClientResponse& response) {
    const std::size_t used = scanner.consume(input_);
    if (scanner.has_head() && response.status == 0 && scanner.error().empty()) {
        response.status = scanner.status();
        read_head(scanner.head(), response);
    }
    if (scanner.done()) response.body = scanner.body();
    input_.erase(0, used);
    return scanner.done() || !scanner.error().empty();
}

Result<ClientResponse> Client::Session::receive(bool is_head, SteadyClock::time_point deadline) {
    ResponseScanner scanner;
    scanner.begin({.is_head = is_head, .keep_body = true, .max_body = kMaxBody});
    ClientResponse response;
    std::string block(64 * 1024, '\0');
    while (!scanner.done() && scanner.error().empty()) {
        const ssize_t count = stream_.read(block.data(), block.size());
        if (count > 0) {
            answered_ = true;
            input_.append(block, 0, static_cast<std::size_t>(count));
            take(scanner, response);
        } else if (count < 0 && errno == EAGAIN) {
            if (auto waited = wait(POLLIN, deadline); !waited)
                return std::unexpected(waited.error());
        } else if (count < 0) {
            return fail(Error::Kind::connection_lost, std::strerror(errno));
        } else {
            scanner.end_of_stream();
            if (scanner.done()) response.body = scanner.body();
            if (!scanner.done())
                return fail(Error::Kind::connection_lost, std::string(scanner.error()));
        }
    }
    if (!scanner.error().empty())
        return fail(Error::Kind::protocol_violation, std::string(scanner.error()));
    if (!scanner.keep_alive() || !input_.empty()) close();
    return response;
}

Result<ClientResponse> Client::Session::exchange(const std::string& bytes, bool is_head,
                                                 SteadyClock::time_point deadline) {
    input_.clear();
    answered_ = false;
    if (auto sent = send_all(bytes, deadline); !sent) return std::unexpected(sent.error());
    return receive(is_head, deadline);
}

Client::Client(Url url, bool verify_tls) : url_(std::move(url)) {
    if (!verify_tls) route_.tls.emplace(false);
}
Client::Client(Url url, Route route) : url_(std::move(url)), route_(std::move(route)) {}
Client::~Client() = default;
Client::Client(Client&& other) noexcept
    : url_(std::move(other.url_)), route_(std::move(other.route_)) {}

Result<void> Client::connect(Duration timeout) {
    if (!session_) session_ = std::make_unique<Session>(url_, route_);
    if (session_->is_open()) return {};
    return session_->connect(SteadyClock::now() +
                             std::min<Duration>(timeout, std::chrono::hours(24)));
}

Result<ClientResponse> Client::send(const ClientRequest& request, Duration timeout) {
    const auto start = SteadyClock::now();
    const auto deadline = start + std::min<Duration>(timeout, std::chrono::hours(24));
    if (!session_) session_ = std::make_unique<Session>(url_, route_);
    const std::string bytes = encode_request(url_, on_route(route_, url_, request));
    for (;;) {
        const bool reused = session_->is_open();
        if (!reused) {
            if (auto connected = session_->connect(deadline); !connected)
                return std::unexpected(connected.error());
        }
        auto response = session_->exchange(bytes, request.method == "HEAD", deadline);
        if (response) {
            response->elapsed = SteadyClock::now() - start;
            return response;
        }
        session_->close();
        // The server closed a kept connection just then: that says nothing about this request.
        const bool again = reused && !session_->answered() &&
                           response.error().kind == Error::Kind::connection_lost;
        if (!again) return response;
    }
}

}  // namespace mettle::http
