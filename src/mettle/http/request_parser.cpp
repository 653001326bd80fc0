#include "mettle/http/request_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <fmt/format.h>

#include <functional>
#include <utility>

namespace mettle::http {

namespace net = boost::asio;
namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {

std::string_view view(string_view text) {
    return {text.data(), text.size()};
}

error_code refused(beast_http::error error) {
    return make_error_code(error);
}

}  // namespace

// What Beast calls while it parses. Header values are views into the input, so a folded one, which
// Beast unfolds into a buffer of its own, is refused (RFC 9112 5.2 says to).
class RequestParser::Grammar final : public beast_http::basic_parser<true> {
public:
    Grammar(const Limits& limits) : limits_(limits) {
        header_limit(static_cast<std::uint32_t>(limits.max_head_bytes));
        body_limit(limits.max_body_bytes);
    }

    std::string_view input;
    Request* request = nullptr;
    std::string* body = nullptr;
    int version = 0;  // 10 or 11
    bool head_done = false;
    bool too_many_headers = false;
    bool has_host = false;
    bool has_transfer_encoding = false;
    bool expects_continue = false;

private:
    void on_request_impl(beast_http::verb, string_view method, string_view target,
                         int version_number, error_code& error) override {
        error = {};
        version = version_number;
        request->method = view(method);
        const std::string_view text = view(target);
        const std::size_t mark = text.find('?');
        request->path = text.substr(0, mark);
        request->query =
            mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
    }

    void on_field_impl(beast_http::field field, string_view name, string_view value,
                       error_code& error) override {
        error = {};
        if (head_done) return;  // A trailer; nothing here uses them.
        if (request->headers.size() == limits_.max_headers) {
            too_many_headers = true;
            error = refused(beast_http::error::header_limit);
        }
        const std::less<const char*> before;
        const bool inside = value.empty() || (!before(value.data(), input.data()) &&
                                              !before(input.data() + input.size(), value.data()));
        if (!inside) error = refused(beast_http::error::bad_value);
        // Beast passes over codings that it does not know, and takes the body for a request.
        if (field == beast_http::field::transfer_encoding) {
            const bool only_chunked = same_name(view(value), "chunked");
            if (!only_chunked || std::exchange(has_transfer_encoding, true)) {
                error = refused(beast_http::error::bad_transfer_encoding);
            }
        }
        has_host |= field == beast_http::field::host;
        expects_continue |=
            field == beast_http::field::expect && same_name(view(value), "100-continue");
        request->headers.push_back({view(name), view(value)});
    }

    void on_chunk_header_impl(std::uint64_t, string_view, error_code& error) override {
        error = {};
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& error) override {
        error = {};
        if (body->size() + bytes.size() > limits_.max_body_bytes)
            error = refused(beast_http::error::body_limit);
        body->append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_response_impl(int, string_view, int, error_code& error) override { error = {}; }
    void on_header_impl(error_code& error) override { error = {}; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& error) override {
        error = {};
    }
    std::size_t on_body_impl(string_view bytes, error_code& error) override {
        error = {};
        return bytes.size();
    }
    void on_finish_impl(error_code& error) override { error = {}; }

    const Limits& limits_;
};

namespace {

Refusal refusal_for(const error_code& error, const Limits& limits, bool too_many_headers) {
    using beast_http::error;
    if (too_many_headers) return {431, fmt::format("more than {} headers", limits.max_headers)};
    if (error == error::header_limit)
        return {431, fmt::format("the request line and headers are longer than {}",
                                 format_size(limits.max_head_bytes))};
    if (error == error::body_limit)
        return {413, fmt::format("the body is larger than the limit of {}",
                                 format_size(limits.max_body_bytes))};
    if (error == error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    if (error == error::bad_transfer_encoding)
        return {501, "the only transfer encoding taken is chunked, without Content-Length"};
    if (error == error::bad_content_length) return {400, "Content-Length is not one number"};
    if (error == error::multiple_content_length) return {400, "Content-Length is given twice"};
    if (error == error::bad_chunk || error == error::bad_chunk_extension)
        return {400, "a chunk of the body has a wrong size line or end"};
    if (error == error::bad_method) return {400, "the request line does not start with a method"};
    if (error == error::bad_target)
        return {400, "the request target has characters that are not allowed"};
    if (error == error::bad_field)
        return {400, "a header name has characters that are not allowed"};
    if (error == error::bad_value || error == error::bad_obs_fold)
        return {400, "a header value has characters that are not allowed"};
    if (error == error::bad_line_ending) return {400, "a line of the head does not end in CRLF"};
    return {400, fmt::format("not an HTTP request: {}", error.message())};
}

}  // namespace

RequestParser::RequestParser(const Limits& limits)
    : limits_(limits), grammar_(std::make_unique<Grammar>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;

void RequestParser::reset() {
    // In place: no allocation for each request.
    std::destroy_at(grammar_.get());
    std::construct_at(grammar_.get(), limits_);
}

RequestParser::Progress RequestParser::refuse(int status, std::string message) {
    refusal_ = {status, std::move(message)};
    return Progress::refused;
}

// Beast remembers a request line that it has seen; here each call brings all bytes again.
RequestParser::Progress RequestParser::start_again() {
    reset();
    return Progress::need_more;
}

RequestParser::Progress RequestParser::parse_head(std::string_view bytes, Request& request) {
    grammar_->input = bytes;
    grammar_->request = &request;
    request.headers.clear();
    error_code error;
    head_size_ = grammar_->put(net::buffer(bytes.data(), bytes.size()), error);
    if (error == beast_http::error::need_more) {
        if (bytes.size() > limits_.max_head_bytes)
            error = refused(beast_http::error::header_limit);
        else
            return start_again();
    }
    if (error) {
        refusal_ = refusal_for(error, limits_, grammar_->too_many_headers);
        return Progress::refused;
    }
    grammar_->head_done = true;
    request.keep_alive = grammar_->keep_alive();
    request.http10 = grammar_->version == 10;
    if (request.path.starts_with("http://")) {  // Absolute form, as proxies send it.
        const std::size_t slash = request.path.find('/', 7);
        request.path = slash == std::string_view::npos ? "/" : request.path.substr(slash);
    }
    if (!request.path.starts_with('/') && request.path != "*")
        return refuse(400, "the request target does not start with '/'");
    if (grammar_->version == 11 && !grammar_->has_host)
        return refuse(400, "HTTP/1.1 asks for a Host header");
    if (content_length() > limits_.max_body_bytes)
        return refuse(413, fmt::format("the body is larger than the limit of {}",
                                       format_size(limits_.max_body_bytes)));
    return Progress::done;
}

std::size_t RequestParser::head_size() const {
    return head_size_;
}
bool RequestParser::chunked() const {
    return grammar_->chunked();
}
std::size_t RequestParser::content_length() const {
    const auto length = grammar_->content_length();
    return length ? static_cast<std::size_t>(*length) : 0;
}
bool RequestParser::expects_continue() const {
    return grammar_->expects_continue;
}
const Refusal& RequestParser::refusal() const {
    return refusal_;
}

RequestParser::Progress RequestParser::parse_chunks(std::string_view bytes, std::string& body,
                                                    std::size_t& used) {
    grammar_->body = &body;
    grammar_->input = bytes;  // Trailer fields are views into it.
    grammar_->eager(true);
    used = 0;
    while (!grammar_->is_done() && used < bytes.size()) {
        error_code error;
        const std::size_t taken =
            grammar_->put(net::buffer(bytes.data() + used, bytes.size() - used), error);
        used += taken;
        if (error == beast_http::error::need_more || (!error && taken == 0)) break;
        if (error) {
            refusal_ = refusal_for(error, limits_, grammar_->too_many_headers);
            return Progress::refused;
        }
    }
    return grammar_->is_done() ? Progress::done : Progress::need_more;
}

}  // namespace mettle::http
