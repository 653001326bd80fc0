#pragma once

// Requests that a program computed, as JSON lines:
//
//   {"method": "POST", "url": "/predict", "headers": {"X-Sign": "..."}, "body": {"x": 1}}
//
// `url` is whole or a path; `body` a text, or JSON that is sent as such; `body_base64` other bytes;
// `name` is the task's in the statistics, else method and path. Only `url` must be there.

#include "mettle/http/client.hpp"
#include "mettle/protocols/task.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols {

struct RequestLine {
    std::string name;
    std::optional<http::Url> url;  // Where it is whole.
    http::ClientRequest request;
    std::size_t line = 0;
};

// Errors say the line: "signed.jsonl:3: ...". At most a million; fails when there are none.
Result<std::vector<RequestLine>> parse_request_lines(std::string_view text, std::string_view name);

// Line `number` of what `name` names.
Result<RequestLine> parse_request_line(std::string_view text, std::string_view name,
                                       std::size_t number);

// At most 256 MiB.
Result<std::vector<RequestLine>> read_request_lines(const std::string& path);

// Adds `headers` behind the line's own. Fails where it goes to another origin than `target`.
Result<void> complete_line(RequestLine& line, const http::Url& target,
                           const http::HeaderList& headers, std::string_view name);

// Tasks in the order of their first request, each as often as it has requests. Fails for a line
// whose URL is of another origin than `target`. `headers` go behind each line's own.
Result<std::vector<Task>> make_line_tasks(std::vector<RequestLine> lines, const http::Url& target,
                                          const http::HeaderList& headers,
                                          std::string_view file_name);

}  // namespace mettle::protocols
