#pragma once

// One HTTP exchange as handlers see it: a request made of views, and a response to fill in. Both
// belong to the connection and are used again for its next request.

#include "mettle/base/units.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::http {

struct Header {
    std::string_view name;
    std::string_view value;
};

// Whether two header names are the same: ASCII letters in any case.
bool same_name(std::string_view left, std::string_view right);

// Views into the connection's buffers, valid until the response has been sent. At least
// kBodyPadding bytes behind the body are readable, as simdjson wants it.
struct Request {
    static constexpr std::size_t kBodyPadding = 64;

    // The value of the first header of that name; empty when there is none.
    std::string_view header(std::string_view name) const;

    std::string_view method;
    std::string_view path;   // As sent, up to '?'; percent escapes are left as they are.
    std::string_view query;  // Behind '?'.
    std::vector<Header> headers;
    std::string_view body;
    bool keep_alive = false;
    bool http10 = false;  // Then keeping the connection has to be said in the response.
    TimePoint received;   // When its last byte had been read.
};

struct Response {
    void clear();

    // Bytes of text that are appended to the head as they are, each line ending in CRLF:
    // "Retry-After: 1\r\n". The connection writes Content-Length, Connection and Date itself.
    void add_header(std::string_view name, std::string_view value);

    int status = 200;
    std::string_view content_type = "application/json";  // A literal; empty: no such header.
    std::string headers;
    std::string body;
    // Bytes sent behind `body` without a copy; `owner` keeps them alive.
    struct Attachment {
        std::span<const std::byte> bytes;
        std::shared_ptr<const void> owner;
    };
    std::vector<Attachment> attachments;
    bool close = false;  // Close the connection after this response.
};

// "Not Found"
std::string_view reason_phrase(int status);

}  // namespace mettle::http
