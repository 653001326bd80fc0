// Access logs of web servers, as recording.hpp describes them.

#include "mettle/load/recording_lines.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>

namespace mettle::load {

namespace {

using Json = nlohmann::json;

Result<RecordedLine> wrong(std::string_view why) {
    return fail(Error::Kind::invalid_input, std::string(why));
}

bool is_method(std::string_view text) {
    return !text.empty() && text.size() <= 20 &&
           std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_target(std::string_view text) {
    return text.starts_with('/') && std::ranges::all_of(text, [](char c) {
               return static_cast<unsigned char>(c) > ' ' && c != 0x7f && c != '"';
           });
}

// "/path" of "http://host/path", as some servers log it.
std::string_view without_origin(std::string_view target) {
    const auto scheme = target.find("://");
    if (scheme == std::string_view::npos || target.starts_with('/')) return target;
    const auto path = target.find('/', scheme + 3);
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

Result<void> set_request(RecordedRequest& request, std::string_view method,
                         std::string_view target) {
    target = without_origin(target);
    if (!is_method(method) || !is_target(target))
        return fail(Error::Kind::invalid_input, "there is no METHOD and /path");
    request.method = method;
    request.target = target;
    return {};
}

// "GET /path HTTP/1.1"
Result<void> set_request_line(RecordedRequest& request, std::string_view text) {
    const auto first = text.find(' ');
    if (first == std::string_view::npos)
        return fail(Error::Kind::invalid_input, "there is no METHOD and /path");
    const std::string_view rest = text.substr(first + 1);
    return set_request(request, text.substr(0, first), rest.substr(0, rest.find(' ')));
}

// Up to the quote that no backslash stands before.
std::string_view quoted(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return text.substr(0, at);
    }
    return {};
}

Result<RecordedLine> parse_common(std::string_view text) {
    const auto open = text.find('[');
    const auto close = text.find(']', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos)
        return wrong("there is no [time]");
    auto line = parse_moment(text.substr(open + 1, close - open - 1));
    if (!line) return wrong("what stands in [] is no time");
    const auto quote = text.find('"', close);
    if (quote == std::string_view::npos) return wrong("there is no \"request\"");
    if (auto set = set_request_line(line->request, quoted(text.substr(quote + 1))); !set)
        return std::unexpected(set.error());
    return *std::move(line);
}

std::string text_of(const Json& json) {
    return json.is_string() ? json.get<std::string>()
                            : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* any_of(const Json& json, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (const auto found = json.find(name); found != json.end()) return &*found;
    }
    return nullptr;
}

Result<RecordedLine> parse_json(std::string_view text) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return wrong("it is no JSON object");
    const Json* time =
        any_of(json, {"time", "timestamp", "@timestamp", "ts", "t", "time_iso8601", "time_local"});
    auto line = time ? parse_moment(text_of(*time)) : std::nullopt;
    if (!line) return wrong("there is no `time`, in seconds or as RFC 3339");
    const Json* request = any_of(json, {"request"});
    const Json& fields = request && request->is_object() ? *request : json;
    if (const Json* body = any_of(fields, {"body", "request_body"}))
        line->request.body = text_of(*body);
    const Json* method = any_of(fields, {"method", "request_method"});
    const Json* target = any_of(fields, {"target", "path", "uri", "request_uri", "url"});
    const auto set = method && target
                         ? set_request(line->request, text_of(*method), text_of(*target))
                     : request && request->is_string()
                         ? set_request_line(line->request, text_of(*request))
                         : fail(Error::Kind::invalid_input, "there is no `method` and `path`");
    if (!set) return std::unexpected(set.error());
    return *std::move(line);
}

void skip(Recording& skipped, std::size_t number, const Error& error) {
    if (skipped.skipped++ == 0)
        skipped.first_skipped = fmt::format("line {}: {}", number, error.message);
}

}  // namespace

Result<Recording> parse_access_log(std::string_view text) {
    std::vector<RecordedLine> lines;
    Recording skipped;
    bool too_many = false;
    for_each_line(text, [&](std::string_view line, std::size_t number) {
        auto read = line.starts_with('{') ? parse_json(line) : parse_common(line);
        too_many = lines.size() == kMostRecordedLines;
        if (read && !too_many)
            lines.push_back(std::move(*read));
        else if (!read)
            skip(skipped, number, read.error());
        return !too_many;
    });
    if (too_many) return fail(Error::Kind::too_large, "there are more than 10 million requests");
    if (lines.empty())
        return fail(Error::Kind::invalid_input,
                    skipped.skipped == 0 ? "there is no request in it"
                                         : "there is no request in it: " + skipped.first_skipped);
    Recording recording = in_order(std::move(lines));
    recording.skipped = skipped.skipped;
    recording.first_skipped = skipped.first_skipped;
    return recording;
}

}  // namespace mettle::load
