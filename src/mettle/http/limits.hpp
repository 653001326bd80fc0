#pragma once

#include "mettle/base/units.hpp"

#include <cstddef>

namespace mettle::http {

// What a server accepts of its clients. Each limit has an answer: beyond `max_head_bytes` or
// `max_headers` 431, beyond `max_body_bytes` 413, a head or body that does not arrive in time 408,
// an idle connection is closed, and a connection beyond `max_connections` gets a 503 and is closed.
struct Limits {
    std::size_t max_head_bytes = 16 * 1024;
    std::size_t max_headers = 100;
    std::size_t max_body_bytes = std::size_t{64} << 20;
    std::size_t max_connections = 10'000;
    Duration head_timeout = std::chrono::seconds(10);   // From its first byte.
    Duration body_timeout = std::chrono::seconds(60);   // From the end of the head.
    Duration idle_timeout = std::chrono::seconds(75);   // Between requests.
    Duration write_timeout = std::chrono::seconds(60);  // For one response.
};

}  // namespace mettle::http
