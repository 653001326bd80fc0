#pragma once

// The Transport of all protocols that are requests and answers over HTTP/1.1: requests are whole
// byte strings made beforehand, and an AnswerCheck judges what comes back.

#include "mettle/http/client.hpp"
#include "mettle/load/transport.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols {

// An answer's body, whole, and what of its head a check may ask for.
struct Answer {
    std::string_view body;
    std::int64_t json_size = -1;  // Inference-Header-Content-Length; -1 when there was none.
    int status = 200;
};

struct Flaw {
    load::Outcome outcome;  // validation or wrong_answer
    std::string detail;
};

// Judges answers with a status of success. One for all workers: const means thread-safe.
class AnswerCheck {
public:
    virtual ~AnswerCheck() = default;
    virtual std::optional<Flaw> judge(const Answer& answer) const = 0;
    // Of a request that is wrong on purpose: then a status of 4xx is right, but for 408 and 429,
    // which speak of the load, and judge() says what is wrong with having been answered.
    virtual bool wants_refusal() const { return false; }
};

struct PreparedRequest {
    std::string bytes;                         // Head and body: http::encode_request().
    bool is_head = false;                      // The answer has no body, whatever its head says.
    std::shared_ptr<const AnswerCheck> check;  // None: any status below 400 will do.
    std::string id = {};                       // Of its payload; named in failures.
};

struct HttpOptions {
    std::size_t max_connections = 10'000;  // Of all workers together.
    int workers = 1;                       // That share them.
    bool verify_tls = true;                // Where the route says nothing of TLS.
    http::Route route = {};                // Of all origins.
    bool keep_connections = true;          // Else each request gets a new one.
    bool resolve_each = false;             // The host's name for each new connection.
    // A check that has judged a body right takes the same bytes for right again. Other bodies are
    // judged as long as that takes at most this share of the worker's time; 1: always all.
    double check_share = 0.05;
    std::uint64_t max_answer_bytes = std::uint64_t{1} << 30;  // More is a protocol failure.
    // MadeRequest::origin 1 and on; 0 is the URL itself. Only what is made for an attempt goes
    // there.
    std::vector<http::Url> more_origins = {};
};

// Request `payload` of task `task` is requests[task][payload].
Result<std::unique_ptr<load::TransportFactory>> make_http_transports(
    const http::Url& url, std::vector<std::vector<PreparedRequest>> requests, HttpOptions options);

}  // namespace mettle::protocols
