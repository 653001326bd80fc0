#pragma once

// Arrivals as they once happened: a file of moments, or a web server's access log. Pure.

#include "mettle/base/result.hpp"
#include "mettle/load/arrival_schedule.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::load {

struct RecordedRequest {
    bool operator==(const RecordedRequest&) const = default;

    std::string method;  // Empty, as `target`: what the load sends anyway.
    std::string target;  // "/items/7?full=1"
    std::string body;
};

struct Recording {
    ArrivalSchedule::Moments moments;       // From the start of the load, in order.
    std::vector<RecordedRequest> requests;  // Of each moment, or empty.
    std::size_t skipped = 0;                // Lines that hold no request.
    std::string first_skipped;              // "line 7: there is no time in []"
};

// A moment a line: seconds, or RFC 3339; or a JSON object {"t": …, "payload": …} whose payload, a
// text or any JSON, is the body. Small numbers count from the start of the load; moments of the
// calendar (seconds since 1970, too) from the earliest. Empty lines and lines that begin with # are
// left out. Fails with the line that is wrong.
Result<Recording> parse_trace(std::string_view text);

// The common and combined format, or a JSON object a line (nginx, Caddy, and others: `time`,
// `method` and `path` under their usual names). What is no request, such as the bytes of a scanner,
// is skipped and counted; fails when nothing is left. Requests of one second, where the log knows
// no better, are spread evenly over it.
Result<Recording> parse_access_log(std::string_view text);

// The moments `speed` times as fast. REQUIRES: speed > 0
void play_at(Recording& recording, double speed);

}  // namespace mettle::load
