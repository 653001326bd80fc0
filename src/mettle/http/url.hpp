#pragma once

#include "mettle/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mettle::http {

// An http or https URL, taken apart. IPv6 hosts are written in brackets and kept without them.
struct Url {
    bool operator==(const Url&) const = default;

    std::string authority() const;  // "127.0.0.1:8000", "[::1]:8000"; without the default port
    std::string origin() const;     // "http://127.0.0.1:8000"
    std::string to_string() const;  // The origin and the target, without a lone "/".
    bool is_loopback() const;       // "localhost", 127.x.x.x, ::1

    std::string scheme = "http";
    std::string host;
    std::uint16_t port = 80;
    std::string target = "/";  // Path and query, as they go into the request line.
};

// "http://host:port/path?query"; without a scheme it is http. A user's name and password, a space
// or a control character is refused. A fragment is dropped.
Result<Url> parse_url(std::string_view text);

}  // namespace mettle::http
