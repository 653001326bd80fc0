#include "mettle/http/url.hpp"
#include "mettle/scenario/imported_request.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <optional>

namespace mettle::scenario {

namespace {

using nlohmann::json;

constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr std::size_t kMostRequests = 2'000;
constexpr double kShortestWait = 0.5, kLongestWait = 60;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

std::string text_at(const json& object, const char* key) {
    if (!object.is_object()) return {};
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const json& at(const json& object, const char* key) {
    static const json kNone;
    if (!object.is_object()) return kNone;
    const auto found = object.find(key);
    return found == object.end() ? kNone : *found;
}

// "2026-01-31T12:00:00.123Z" as seconds of some day; nothing where it is none.
std::optional<double> seconds_of(const std::string& text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0;
    double second = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%9lf", &year, &month, &day, &hour, &minute,
                    &second) != 6)
        return {};
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return {};
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return static_cast<double>(days) * 86400 + hour * 3600 + minute * 60 + second;
}

ImportedRequest read_request(const json& request) {
    ImportedRequest imported;
    imported.method = text_at(request, "method");
    if (imported.method.empty()) imported.method = "GET";
    imported.url = text_at(request, "url");
    const json& headers = at(request, "headers");
    if (headers.is_array())
        for (const json& header : headers)
            imported.headers.emplace_back(text_at(header, "name"), text_at(header, "value"));
    const json& data = at(request, "postData");
    imported.body = text_at(data, "text");
    return imported;
}

}  // namespace

Result<HarRequests> parse_har(std::string_view text) {
    if (text.size() > kMostBytes) return invalid("the recording has more than 256 MiB");
    const json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (root.is_discarded()) return invalid("the recording is no JSON");
    const json& entries = at(at(root, "log"), "entries");
    if (!entries.is_array()) return invalid("the recording has no log.entries: it is no HAR");
    HarRequests har;
    std::string origin;
    std::optional<double> last_s;
    for (const json& entry : entries) {
        ImportedRequest request = read_request(at(entry, "request"));
        const auto url = http::parse_url(request.url);
        if (!url || (!origin.empty() && url->origin() != origin)) {
            ++har.left_out;
            continue;
        }
        origin = url->origin();
        const auto now_s = seconds_of(text_at(entry, "startedDateTime"));
        const double gap = now_s && last_s ? *now_s - *last_s : 0;
        if (gap >= kShortestWait) request.wait_before_s = std::min(gap, kLongestWait);
        last_s = now_s;
        if (har.requests.size() == kMostRequests)
            return invalid(fmt::format("more than {} requests", kMostRequests));
        har.requests.push_back(std::move(request));
    }
    if (har.requests.empty()) return invalid("the recording has no HTTP requests");
    return har;
}

}  // namespace mettle::scenario
