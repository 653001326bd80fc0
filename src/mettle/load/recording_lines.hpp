#pragma once

// What both kinds of recordings are read with. For trace_file.cpp and access_log.cpp.

#include "mettle/load/recording.hpp"

#include <cstdint>
#include <optional>

namespace mettle::load {

struct RecordedLine {
    std::int64_t at_ns = 0;
    bool of_calendar = false;   // Since 1970; else from the start of the load.
    bool whole_second = false;  // The log knew no better.
    RecordedRequest request;
    std::size_t place = 0;  // In the file: equal moments stay as they are.
};

inline constexpr std::size_t kMostRecordedLines = 10'000'000;

// "12.5" as an offset, "1795521600.25" as a moment of the calendar; nothing for another text.
std::optional<RecordedLine> parse_seconds(std::string_view text);
// Those, RFC 3339, and the time of access logs.
std::optional<RecordedLine> parse_moment(std::string_view text);

// Calls visit(line, number) for each line that is not empty, while it returns true.
template <typename Visit>
void for_each_line(std::string_view text, Visit visit) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const auto first = line.find_first_not_of(" \t\r");
        if (first == std::string_view::npos) continue;
        line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
        if (!visit(line, number)) return;
    }
}

// In the order of time, from the start of the load. `requests` are kept where any line has one.
Recording in_order(std::vector<RecordedLine> lines);

}  // namespace mettle::load
