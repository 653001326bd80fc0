#include "mettle/cli/connection_options.hpp"

#include "mettle/base/base64.hpp"
#include "mettle/base/exit_code.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/http/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace mettle::cli {

namespace {

// What stands in a flag, or in the variable that it names.
std::string secret(const std::string& flag, const std::string& given) {
    constexpr std::string_view kEnvironment = "env:";
    std::string value = given;
    if (given.starts_with(kEnvironment)) {
        const std::string name = given.substr(kEnvironment.size());
        const char* found = std::getenv(name.c_str());
        if (!found)
            throw StartupError(fmt::format("{}: the environment has no variable '{}'", flag, name));
        value = found;
    }
    if (value.empty() || std::ranges::any_of(value, [](unsigned char each) { return each < ' '; }))
        throw StartupError(fmt::format("{}: it is empty or has a control character", flag));
    return value;
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        unsigned value = 0;
        const std::string_view digits = text.substr(at + 1, 2);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (error != std::errc{} || digits.size() < 2 || end != digits.data() + 2)
            throw StartupError(
                "the user in the URL has a '%' that is no percent-encoding: write it as %25");
        decoded += static_cast<char>(value);
        at += 2;
    }
    return decoded;
}

void add_header(http::HeaderList& headers, const std::string& flag, std::string name,
                std::string value) {
    const bool there = std::ranges::any_of(
        headers, [&](const auto& header) { return http::same_name(header.first, name); });
    if (there)
        throw StartupError(
            fmt::format("{} gives {}, which is given already: give one of them", flag, name));
    headers.emplace_back(std::move(name), std::move(value));
}

}  // namespace

void add_connection_flags(Flags& flags, ConnectionOptions& options) {
    const char* group = "Connection";
    const auto add = [&](const char* name, std::string& target, const char* help) {
        flags.app().add_option(name, target, help)->group(group);
    };
    add("--bearer", options.bearer, "TOKEN or env:NAME, sent as Authorization: Bearer");
    add("--basic", options.basic,
        "USER:PASSWORD or env:NAME, sent as Authorization: Basic; also in the URL");
    add("--api-key", options.api_key, "KEY or env:NAME, sent as X-API-Key");
    add("--cacert", options.tls.ca_file, "PEM file of authorities to trust besides the system's");
    add("--cert", options.tls.cert_file, "PEM file of this client's certificate");
    add("--key", options.tls.key_file, "PEM file of its key, if not in --cert");
    add("--proxy", options.proxy, "http://host:port to send through");
    flags.app()
        .add_flag("--fresh-connections", options.fresh, "a new connection for each request")
        ->group(group);
    flags.app()
        .add_flag("--resolve-each", options.resolve_each,
                  "ask for the host's address again for each new connection, and take those that "
                  "DNS gives in turn; else once")
        ->group(group);
}

std::string take_credentials(std::string& url) {
    const auto scheme = url.find("://");
    const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
    const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
    const auto at = std::string_view(url).substr(0, end).rfind('@');
    if (at == std::string_view::npos || at < begin) return {};
    std::string user = percent_decoded(std::string_view(url).substr(begin, at - begin));
    url.erase(begin, at + 1 - begin);
    return user;
}

http::Route make_route(const ConnectionOptions& options, bool insecure) {
    if (!options.tls.key_file.empty() && options.tls.cert_file.empty())
        throw StartupError("--key is about --cert: give that too");
    if (insecure && !options.tls.ca_file.empty())
        throw StartupError("--insecure takes any certificate, and --cacert says which: give one");
    http::Route route;
    http::TlsOptions tls = options.tls;
    tls.verify = !insecure;
    if (insecure || !tls.ca_file.empty() || !tls.cert_file.empty())
        route.tls = value_or_throw(http::TlsContext::make(tls));
    if (options.proxy.empty()) return route;
    const auto proxy = http::parse_url(options.proxy);
    if (!proxy) throw StartupError("--proxy: " + proxy.error().message);
    if (proxy->scheme != "http" || proxy->target != "/")
        throw StartupError(fmt::format("--proxy: '{}' is no http://host:port", options.proxy));
    route.proxy = *proxy;
    return route;
}

void add_credentials(const ConnectionOptions& options, http::HeaderList& headers) {
    const std::string authorization = "Authorization";
    if (!options.in_url.empty())
        add_header(headers, "the URL", authorization, "Basic " + to_base64(options.in_url));
    if (!options.basic.empty()) {
        const std::string user = secret("--basic", options.basic);
        if (!user.contains(':')) throw StartupError("--basic: write USER:PASSWORD");
        add_header(headers, "--basic", authorization, "Basic " + to_base64(user));
    }
    if (!options.bearer.empty())
        add_header(headers, "--bearer", authorization,
                   "Bearer " + secret("--bearer", options.bearer));
    if (!options.api_key.empty())
        add_header(headers, "--api-key", "X-API-Key", secret("--api-key", options.api_key));
}

}  // namespace mettle::cli
