// Files of moments, as recording.hpp describes them.

#include "mettle/load/recording_lines.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

namespace mettle::load {

namespace {

using Json = nlohmann::json;

std::string text_of(const Json& json) {
    return json.is_string() ? json.get<std::string>()
                            : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<RecordedLine> wrong(std::string_view why) {
    return fail(Error::Kind::invalid_input, std::string(why));
}

Result<RecordedLine> parse_object(std::string_view text) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return wrong("it is no JSON object");
    const auto time = json.find("t");
    if (time == json.end()) return wrong("there is no \"t\"");
    auto line = parse_moment(text_of(*time));
    if (!line) return wrong("\"t\" is neither a number of seconds nor RFC 3339");
    if (const auto payload = json.find("payload"); payload != json.end())
        line->request.body = text_of(*payload);
    return *std::move(line);
}

Result<RecordedLine> parse_line(std::string_view text) {
    if (text.starts_with('{')) return parse_object(text);
    auto line = parse_moment(text);
    if (!line)
        return wrong(fmt::format("'{}' is neither a number of seconds nor RFC 3339 nor JSON",
                                 text.substr(0, 60)));
    return *std::move(line);
}

}  // namespace

Result<Recording> parse_trace(std::string_view text) {
    std::vector<RecordedLine> lines;
    std::string wrong_line;
    for_each_line(text, [&](std::string_view line, std::size_t number) {
        if (line.starts_with('#')) return true;
        auto read = parse_line(line);
        if (!read)
            wrong_line = fmt::format("line {}: {}", number, read.error().message);
        else if (lines.size() == kMostRecordedLines)
            wrong_line = "there are more than 10 million moments";
        else if (!lines.empty() && lines.front().of_calendar != read->of_calendar)
            wrong_line = fmt::format(
                "line {}: seconds from the start and moments of the calendar do not mix", number);
        else
            lines.push_back(std::move(*read));
        return wrong_line.empty();
    });
    if (!wrong_line.empty()) return fail(Error::Kind::invalid_input, wrong_line);
    if (lines.empty()) return fail(Error::Kind::invalid_input, "there is no moment in it");
    // What a trace says is meant: only logs are spread over their seconds.
    for (RecordedLine& line : lines) line.whole_second = false;
    return in_order(std::move(lines));
}

}  // namespace mettle::load
