#include "mettle/load/recording_lines.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/load/moment_text.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace mettle::load {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr double kFirstOfCalendar = 1e8;  // 1973; no load runs for three years.
constexpr double kLastOfCalendar = 7e9;   // Beyond, it is rather milliseconds.

// Those of the same second, evenly over it; neighbours, since the lines are in order.
void spread_over_seconds(std::vector<RecordedLine>& lines) {
    for (std::size_t begin = 0; begin < lines.size();) {
        std::size_t end = begin + 1;
        while (end < lines.size() && lines[end].at_ns == lines[begin].at_ns &&
               lines[end].whole_second)
            ++end;
        const auto count = static_cast<std::int64_t>(end - begin);
        for (std::int64_t index = 0; lines[begin].whole_second && index < count; ++index)
            lines[begin + static_cast<std::size_t>(index)].at_ns += index * kSecond / count;
        begin = end;
    }
}

}  // namespace

std::optional<RecordedLine> parse_seconds(std::string_view text) {
    const auto number = parse_number(text);
    if (!number || *number < 0 || *number > kLastOfCalendar) return {};
    RecordedLine line;
    line.of_calendar = *number >= kFirstOfCalendar;
    // Apart: seconds since 1970 in ns are more than a double holds.
    const double whole = std::floor(*number);
    line.at_ns = static_cast<std::int64_t>(whole) * kSecond + std::llround((*number - whole) * 1e9);
    return line;
}

std::optional<RecordedLine> parse_moment(std::string_view text) {
    if (auto line = parse_seconds(text)) return line;
    RecordedLine line;
    line.of_calendar = true;
    auto at_ns = parse_rfc3339(text);
    if (!at_ns) at_ns = parse_log_time(text);
    if (!at_ns) return {};
    line.at_ns = *at_ns;
    line.whole_second = *at_ns % kSecond == 0 && text.find('.') == std::string_view::npos;
    return line;
}

Recording in_order(std::vector<RecordedLine> lines) {
    for (std::size_t place = 0; place < lines.size(); ++place) lines[place].place = place;
    std::ranges::sort(lines, [](const RecordedLine& left, const RecordedLine& right) {
        return std::tie(left.at_ns, left.place) < std::tie(right.at_ns, right.place);
    });
    const bool of_calendar = !lines.empty() && lines.front().of_calendar;
    const std::int64_t start_ns = of_calendar ? lines.front().at_ns : 0;
    spread_over_seconds(lines);
    Recording recording;
    recording.moments.reserve(lines.size());
    const bool requests = std::ranges::any_of(
        lines, [](const RecordedLine& line) { return line.request != RecordedRequest{}; });
    for (RecordedLine& line : lines) {
        recording.moments.push_back(Duration(line.at_ns - start_ns));
        if (requests) recording.requests.push_back(std::move(line.request));
    }
    return recording;
}

void play_at(Recording& recording, double speed) {
    METTLE_ASSERT(speed > 0);
    for (Duration& moment : recording.moments) {
        const double ns = static_cast<double>(moment.count()) / speed;
        moment = Duration(std::llround(std::min(ns, 9e18)));
    }
}

}  // namespace mettle::load
