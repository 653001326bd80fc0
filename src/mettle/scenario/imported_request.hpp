#pragma once

// Requests that were made somewhere else, on their way into a scenario.

#include "mettle/base/result.hpp"
#include "mettle/http/client.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mettle::scenario {

struct ImportedPart {
    bool operator==(const ImportedPart&) const = default;

    std::string name;
    std::string value;  // A text, or
    std::string file;   // the file that is sent.
    std::string type;
};

struct ImportedRequest {
    std::string name;  // Of the task; empty: made of method and path.
    std::string method = "GET";
    std::string url;  // Absolute.
    http::HeaderList headers;
    std::string user, password;  // Basic authentication.
    std::string body;
    std::string body_file;  // Instead of a body.
    std::vector<ImportedPart> parts;
    double wait_before_s = 0;
    double weight = 1;
};

// A command line of curl, as a person or a browser's "Copy as cURL" writes it. Errors: no curl, no
// URL, an option that is not understood.
Result<ImportedRequest> parse_curl(std::string_view command);

struct HarRequests {
    std::vector<ImportedRequest> requests;  // Of the first one's host, in their order.
    std::size_t left_out = 0;               // Of other hosts.
};
// A recording of a browser's network tab, in HAR 1.2.
Result<HarRequests> parse_har(std::string_view text);

struct WriteOptions {
    std::vector<std::string> comments;  // Lines above.
    bool one_task = false;              // All requests in their order as one task.
};
// As a scenario. It can be read again, and its `${` stand for themselves.
std::string write_scenario(const std::vector<ImportedRequest>& requests,
                           const WriteOptions& options);

}  // namespace mettle::scenario
