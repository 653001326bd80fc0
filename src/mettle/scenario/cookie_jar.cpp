#include "mettle/scenario/cookie_jar.hpp"

#include "mettle/http/message.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace mettle::scenario {

namespace {

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Takes up to the next ';' off the front.
std::string_view take_part(std::string_view& rest) {
    const auto end = std::min(rest.find(';'), rest.size());
    const std::string_view part = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

bool is_past(std::string_view date) {
    std::tm time{};
    const std::string text(date);
    for (const char* form : {"%a, %d %b %Y %H:%M:%S", "%a, %d-%b-%Y %H:%M:%S"}) {
        if (::strptime(text.c_str(), form, &time)) return ::timegm(&time) < std::time(nullptr);
    }
    return false;
}

bool is_zero_or_less(std::string_view seconds) {
    long long value = 1;
    std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
    return value <= 0;
}

// RFC 6265 5.1.4: the folder of the request's path.
std::string_view default_path(std::string_view path) {
    path = path.substr(0, path.find('?'));
    const auto slash = path.rfind('/');
    return slash == 0 || slash == std::string_view::npos ? "/" : path.substr(0, slash);
}

bool covers(std::string_view cookie_path, std::string_view path) {
    if (!path.starts_with(cookie_path)) return false;
    return cookie_path.ends_with('/') || path.size() == cookie_path.size() ||
           path[cookie_path.size()] == '/' || path[cookie_path.size()] == '?';
}

}  // namespace

void CookieJar::set(std::string_view header, std::string_view request_path) {
    std::string_view rest = header;
    const std::string_view pair = take_part(rest);
    const auto equals = pair.find('=');
    if (equals == 0 || equals == std::string_view::npos || pair.size() > kLongest) return;
    Cookie cookie{std::string(trim(pair.substr(0, equals))),
                  std::string(trim(pair.substr(equals + 1))),
                  std::string(default_path(request_path))};
    bool deleted = false;
    bool has_age = false;
    while (!rest.empty()) {
        const std::string_view attribute = take_part(rest);
        const auto sign = std::min(attribute.find('='), attribute.size());
        const std::string_view name = trim(attribute.substr(0, sign));
        const std::string_view value = trim(attribute.substr(std::min(sign + 1, attribute.size())));
        if (http::same_name(name, "path") && value.starts_with('/')) {
            cookie.path = value;
        } else if (http::same_name(name, "max-age")) {
            has_age = true;
            deleted = is_zero_or_less(value);
        } else if (http::same_name(name, "expires") && !has_age) {
            deleted = is_past(value);
        }
    }
    std::erase_if(cookies_, [&](const Cookie& other) {
        return other.name == cookie.name && other.path == cookie.path;
    });
    if (!deleted && cookies_.size() < kMost) cookies_.push_back(std::move(cookie));
}

void CookieJar::put(std::string name, std::string value) {
    std::erase_if(cookies_, [&](const Cookie& other) { return other.name == name; });
    if (cookies_.size() < kMost) cookies_.push_back({std::move(name), std::move(value), "/"});
}

std::string_view CookieJar::value(std::string_view name) const {
    const auto found = std::ranges::find(cookies_, name, &Cookie::name);
    return found == cookies_.end() ? std::string_view{} : std::string_view(found->value);
}

bool CookieJar::append(std::string& out, std::string_view path) const {
    bool any = false;
    for (const Cookie& cookie : cookies_) {
        if (!covers(cookie.path, path)) continue;
        if (any) out += "; ";
        out.append(cookie.name).append("=").append(cookie.value);
        any = true;
    }
    return any;
}

}  // namespace mettle::scenario
