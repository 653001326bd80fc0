#include "mettle/scenario/http_session.hpp"

#include "mettle/http/content_coding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::scenario {

namespace {

constexpr std::size_t kMostDecoded = std::size_t{64} << 20;

// Calls `visit(name, value)` for each header of a head.
template <typename Visit>
void for_each_header(std::string_view head, Visit visit) {
    auto at = head.find('\n');
    while (at != std::string_view::npos && at + 1 < head.size()) {
        const auto end = std::min(head.find('\n', at + 1), head.size());
        std::string_view line = head.substr(at + 1, end - at - 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (const auto colon = line.find(':'); colon != std::string_view::npos) {
            std::string_view value = line.substr(colon + 1);
            while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
            while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
            visit(line.substr(0, colon), value);
        }
        at = end == head.size() ? std::string_view::npos : end;
    }
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool has_body(std::string_view method, std::string_view body) {
    return !body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
}

// The path of `base` in front of what a scenario writes: "/api" + "/items".
std::string_view prefix_of(const http::Url& base) {
    std::string_view path = base.target;
    path = path.substr(0, path.find('?'));
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

bool is_absolute(std::string_view target) {
    return target.starts_with("http://") || target.starts_with("https://");
}

}  // namespace

std::string_view AnswerSeen::header(std::string_view name) const {
    std::string_view found;
    for_each_header(head, [&](std::string_view other, std::string_view value) {
        if (found.data() == nullptr && http::same_name(other, name)) found = value;
    });
    return found;
}

int origin_of(const http::Url& url, std::span<const http::Url> origins) {
    const auto same = std::ranges::find_if(origins, [&](const http::Url& origin) {
        return origin.scheme == url.scheme && origin.host == url.host && origin.port == url.port;
    });
    return same == origins.end() ? -1 : static_cast<int>(same - origins.begin());
}

Result<void> HttpSession::prepare(const RequestParts& parts) {
    events_ = nullptr;
    may_follow_ = parts.follow_redirects && parts.method != "HEAD";
    redirects_ = 0;
    if (auto found = find_origin(parts.target); !found) return found;
    render(parts, setup_.through_proxy);
    return {};
}

Result<void> HttpSession::find_origin(std::string_view target) {
    if (!is_absolute(target)) {
        origin_ = 0;
        path_.assign(prefix_of(setup_.origins[0]));
        if (!target.starts_with('/')) path_ += '/';
        path_ += target;
        return {};
    }
    const auto url = http::parse_url(target);
    if (!url) return std::unexpected(url.error());
    const int origin = origin_of(*url, setup_.origins);
    if (origin < 0) {
        return mettle::fail(
            Error::Kind::invalid_input,
            fmt::format("{} is not among the hosts of this load: name it there", url->origin()));
    }
    origin_ = static_cast<std::uint16_t>(origin);
    path_ = url->target;
    return {};
}

void HttpSession::render(const RequestParts& parts, bool whole_url) {
    const http::Url& origin = setup_.origins[origin_];
    bytes_.clear();
    bytes_.append(parts.method).append(" ");
    if (whole_url && origin.scheme == "http") bytes_ += origin.origin();
    bytes_.append(path_).append(" HTTP/1.1\r\n");
    bool has_host = false, has_length = false, has_type = false, has_cookie = false;
    const auto add = [&](std::string_view name, std::string_view value) {
        has_host = has_host || http::same_name(name, "host");
        has_length = has_length || http::same_name(name, "content-length");
        has_type = has_type || http::same_name(name, "content-type");
        has_cookie = has_cookie || http::same_name(name, "cookie");
        bytes_.append(name).append(": ").append(value).append("\r\n");
    };
    const auto in_parts = [&](std::string_view name) {
        return std::ranges::any_of(parts.headers, [&](const http::Header& header) {
            return http::same_name(header.name, name);
        });
    };
    const auto of_user = [&](std::string_view name) {
        return std::ranges::any_of(
            headers_, [&](const auto& header) { return http::same_name(header.first, name); });
    };
    // The nearest wins: the request's own, then the user's, then those of all.
    for (const auto& [name, value] : setup_.headers)
        if (!of_user(name) && !in_parts(name)) add(name, value);
    for (const auto& [name, value] : headers_)
        if (!in_parts(name)) add(name, value);
    for (const http::Header& header : parts.headers) add(header.name, header.value);
    if (!has_host) add("Host", origin.authority());
    if (!has_type && !parts.content_type.empty()) add("Content-Type", parts.content_type);
    if (!has_length && has_body(parts.method, parts.body))
        fmt::format_to(std::back_inserter(bytes_), "Content-Length: {}\r\n", parts.body.size());
    if (!has_cookie && cookies_.size() > 0) {
        const std::size_t before = bytes_.size();
        bytes_ += "Cookie: ";
        if (cookies_.append(bytes_, path_))
            bytes_ += "\r\n";
        else
            bytes_.resize(before);
    }
    bytes_.append("\r\n").append(parts.body);
    made_ = {bytes_, parts.method == "HEAD", origin_, nullptr};
}

Result<void> HttpSession::prepare_socket(const RequestParts& parts) {
    if (has_socket())
        return mettle::fail(Error::Kind::invalid_input, "this user's WebSocket is open already");
    events_ = nullptr;
    if (auto found = find_origin(parts.target); !found) return found;
    render(parts, /*whole_url=*/false);
    bytes_.resize(bytes_.size() - 2);  // The client adds its own headers, and the empty line.
    socket_ = {};
    made_ = {bytes_, false, origin_, &socket_};
    may_follow_ = false;
    return {};
}

void HttpSession::prepare_message(std::string_view message, std::uint32_t messages, bool binary) {
    events_ = nullptr;
    bytes_ = message;
    socket_.kind = load::SocketUse::Kind::exchange;
    socket_.messages = messages;
    socket_.binary = binary;
    made_ = {bytes_, false, origin_, &socket_};
}

void HttpSession::prepare_goodbye() {
    events_ = nullptr;
    bytes_.clear();
    socket_.kind = load::SocketUse::Kind::close;
    made_ = {bytes_, false, origin_, &socket_};
}

void HttpSession::drop_socket() {
    if (socket_.socket != 0) socket_.keeper->drop_socket(socket_.socket);
    socket_.socket = 0;
}

void HttpSession::read_events(const protocols::EventLimits& limits) {
    if (!meter_) meter_ = std::make_unique<protocols::EventMeter>();
    meter_->begin(limits);
    events_ = &limits;
    made_.ends_in_time = limits.length > Duration::zero();
}

void HttpSession::fill(load::Attempt& attempt) {
    attempt.made = &made_;
    attempt.reader = this;
    attempt.in_pieces = events_ != nullptr;
}

void HttpSession::fill(load::Attempt& attempt, const load::MadeRequest& ready,
                       std::string_view path) {
    events_ = nullptr;
    may_follow_ = !ready.is_head;
    redirects_ = 0;
    origin_ = ready.origin;
    if (path_ != path) path_ = path;
    attempt.made = &ready;
    attempt.reader = this;
    attempt.in_pieces = false;
}

load::AnswerReader::Then HttpSession::on_answer(load::Attempt& attempt,
                                                const load::AnswerView& answer) {
    AnswerSeen seen{answer.status, answer.head, answer.body};
    std::string_view coding;
    // One pass: most answers have neither.
    for_each_header(answer.head, [&](std::string_view name, std::string_view value) {
        if (name.size() == 16 && http::same_name(name, "content-encoding")) coding = value;
        if (name.size() == 10 && http::same_name(name, "set-cookie")) cookies_.set(value, path_);
    });
    if (is_redirect(seen.status) && may_follow_ && follow(attempt, seen)) return Then::send_again;
    std::string decoded;
    const bool gzip = http::same_name(coding, "gzip");
    if (gzip || http::same_name(coding, "deflate")) {
        if (const auto inflated =
                http::decode_content(gzip ? "gzip" : "deflate", answer.body, kMostDecoded, decoded);
            inflated)
            seen.body = decoded;
        else
            fail(attempt, load::Outcome::protocol, inflated.error().message);
    }
    if (events_) {
        seen.body = meter_->last();
        seen.events = meter_.get();
        if (attempt.outcome == load::Outcome::ok) judge_events(attempt, seen);
    }
    asker_.on_answer(attempt, seen);
    return Then::done;
}

bool HttpSession::on_piece(load::Attempt& /*attempt*/, std::string_view bytes,
                           std::int64_t now_ns) {
    return !meter_->feed(bytes, now_ns);
}

void HttpSession::judge_events(load::Attempt& attempt, const AnswerSeen& seen) {
    std::string_view type = seen.header("content-type");
    type = type.substr(0, type.find(';'));
    if (!http::same_name(type, "text/event-stream"))
        return fail(attempt, load::Outcome::validation,
                    fmt::format("it is no stream of events: its Content-Type is '{}'", type));
    const bool by_time =
        events_->length > Duration::zero() && attempt.done_ns >= attempt.deadline_ns;
    if (const std::string flaw = meter_->flaw(by_time); !flaw.empty())
        fail(attempt, load::Outcome::validation, flaw);
}

// Whether another request goes out, in `made_`.
bool HttpSession::follow(load::Attempt& attempt, const AnswerSeen& answer) {
    const std::string_view location = answer.header("location");
    if (location.empty()) return false;
    if (++redirects_ > HttpSetup::kMostRedirects) {
        fail(attempt, load::Outcome::status, "more than 30 redirects");
        return false;
    }
    const std::string_view sent = attempt.made->bytes;
    std::string_view method = sent.substr(0, sent.find(' '));
    const bool becomes_get = answer.status == 303 || (answer.status <= 302 && method == "POST");
    std::string url(location.substr(0, location.find('#')));
    const http::Url& here = setup_.origins[origin_];
    if (url.starts_with("//")) {
        url = here.scheme + ":" + url;
    } else if (!is_absolute(url)) {
        const std::string_view folder =
            std::string_view(path_).substr(0, path_.substr(0, path_.find('?')).rfind('/') + 1);
        url = here.origin() + (url.starts_with('/') ? url : std::string(folder) + url);
    }
    const auto parsed = http::parse_url(url);
    const int origin = parsed ? origin_of(*parsed, setup_.origins) : -1;
    if (origin < 0) {
        fail(attempt, load::Outcome::status,
             fmt::format("{} to {}, which is not among the hosts of this load", answer.status,
                         parsed ? parsed->origin() : url));
        return false;
    }
    origin_ = static_cast<std::uint16_t>(origin);
    path_ = parsed->target;
    // Headers of the request itself go along; its body only where the method stays.
    const auto head_end = sent.find("\r\n\r\n");
    const std::string head(sent.substr(0, head_end + 2));
    const std::string body(becomes_get ? std::string_view{} : sent.substr(head_end + 4));
    const std::string kept_method(becomes_get ? "GET" : method);
    std::vector<http::Header> headers;
    for_each_header(head, [&](std::string_view name, std::string_view value) {
        const bool own = http::same_name(name, "host") || http::same_name(name, "content-length") ||
                         http::same_name(name, "cookie");
        const bool of_body =
            becomes_get && name.size() > 8 && http::same_name(name.substr(0, 8), "content-");
        if (!own && !of_body) headers.push_back({name, value});
    });
    RequestParts parts;
    parts.method = kept_method;
    parts.headers = headers;
    parts.body = body;
    render(parts, setup_.through_proxy);
    if (events_) read_events(*events_);  // What the redirect said is none of it.
    attempt.made = &made_;
    return true;
}

}  // namespace mettle::scenario
