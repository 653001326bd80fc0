#pragma once

#include "mettle/http/limits.hpp"
#include "mettle/http/message.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mettle::http {

// An answer to bytes that are no request: the connection sends it and closes.
struct Refusal {
    int status;
    std::string message;
};

// Reads requests from bytes: no I/O, one thread. Beast's parser does the grammar; what is added
// here is limits, a plain sentence for each refusal, and views instead of a container of headers.
//
//     auto head = parser.parse_head(bytes, request);   // again with more bytes while `need_more`
//     if (parser.chunked()) parser.parse_chunks(rest, body);
class RequestParser {
public:
    enum class Progress { need_more, done, refused };

    explicit RequestParser(const Limits& limits);
    ~RequestParser();
    RequestParser(RequestParser&&) noexcept;

    // Forgets the last request.
    void reset();

    // `bytes` starts at the request's first byte and grows between calls; it may move. When done,
    // `request` has everything but the body as views into `bytes`, and head_size() says where the
    // body begins.
    Progress parse_head(std::string_view bytes, Request& request);
    std::size_t head_size() const;

    // After the head. Neither chunked nor a length: no body.
    bool chunked() const;
    std::size_t content_length() const;
    bool expects_continue() const;

    // Takes chunked body bytes, appends their content to `body` and says how many were used; when
    // done, what is behind them belongs to the next request.
    Progress parse_chunks(std::string_view bytes, std::string& body, std::size_t& used);

    // REQUIRES: the last call was `refused`.
    const Refusal& refusal() const;

private:
    class Grammar;
    Progress refuse(int status, std::string message);
    Progress start_again();

    const Limits& limits_;
    std::unique_ptr<Grammar> grammar_;
    Refusal refusal_;
    std::size_t head_size_ = 0;
};

}  // namespace mettle::http
