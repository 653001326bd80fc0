#include "mettle/http/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mettle::http {

namespace {

std::unexpected<Error> wrong(std::string_view text, std::string_view why) {
    return fail(Error::Kind::invalid_input,
                fmt::format("'{}' is not a URL: {}; write http://host:port/path", text, why));
}

bool is_unsafe(char character) {
    return static_cast<unsigned char>(character) <= ' ' || character == 0x7f;
}

std::uint16_t default_port(std::string_view scheme) {
    return scheme == "https" ? 443 : 80;
}

// "host", "host:port" or "[v6]:port" into `url`; the reason why not, or "".
std::string_view take_authority(std::string_view authority, Url& url) {
    std::string_view port;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return "the bracket of its IPv6 address is not closed";
        url.host = authority.substr(1, end - 1);
        if (!url.host.contains(':') ||
            url.host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos)
            return "what its brackets hold is no IPv6 address";
        port = authority.substr(end + 1);
        if (!port.empty() && port[0] != ':') return "text follows its IPv6 address";
    } else {
        const auto colon = authority.find(':');
        if (colon != authority.rfind(':')) return "an IPv6 address needs brackets";
        url.host = authority.substr(0, colon);
        if (url.host.find_first_of("[]\\\"<>^`{|}") != std::string::npos)
            return "its host has a character that no host has";
        port = colon == std::string_view::npos ? "" : authority.substr(colon);
    }
    if (url.host.empty()) return "it has no host";
    if (port.empty()) return "";
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc{} || end != port.data() + port.size() || url.port == 0)
        return "its port is not a number from 1 to 65535";
    return "";
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    if (std::ranges::any_of(text, is_unsafe))
        return wrong(text, "it has a space or a control character");
    Url url;
    std::string_view rest = text;
    if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
        url.scheme = rest.substr(0, scheme);
        rest.remove_prefix(scheme + 3);
    }
    if (url.scheme != "http" && url.scheme != "https")
        return wrong(text, fmt::format("its scheme is '{}', not http or https", url.scheme));
    url.port = default_port(url.scheme);
    rest = rest.substr(0, rest.find('#'));
    const auto path = rest.find_first_of("/?");
    const std::string_view authority = rest.substr(0, path);
    if (authority.contains('@'))
        return wrong(text, "it names a user; give credentials with --header 'Authorization: ...'");
    if (const auto why = take_authority(authority, url); !why.empty()) return wrong(text, why);
    if (path != std::string_view::npos) {
        url.target = rest.substr(path);
        if (url.target[0] == '?') url.target.insert(0, "/");
    }
    return url;
}

std::string Url::authority() const {
    std::string text = host.contains(':') ? fmt::format("[{}]", host) : host;
    if (port != default_port(scheme)) text += fmt::format(":{}", port);
    return text;
}

std::string Url::origin() const {
    return scheme + "://" + authority();
}

std::string Url::to_string() const {
    return origin() + (target == "/" ? "" : target);
}

bool Url::is_loopback() const {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace mettle::http
