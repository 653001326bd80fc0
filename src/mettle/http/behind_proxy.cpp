#include "mettle/http/behind_proxy.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace mettle::http {

namespace ip = boost::asio::ip;
using boost::system::error_code;

namespace {

constexpr std::size_t kMostText = 255;  // Of a host or a prefix.

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Takes the last element of a list off.
std::string_view take_last(std::string_view& list) {
    const std::size_t comma = list.rfind(',');
    const std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
    return trimmed(last);
}

std::string_view first_of(std::string_view list) {
    return trimmed(list.substr(0, list.find(',')));
}

// "::ffff:10.1.2.3", as a listener for both families has it, is 10.1.2.3.
ip::address plain(const ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::string_view address_of_peer(std::string_view peer) {
    return peer == "unix" ? peer : peer.substr(0, peer.rfind(':'));
}

bool all_of(std::string_view text, std::string_view others) {
    return std::ranges::all_of(text, [others](unsigned char character) {
        return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
               (character >= 'A' && character <= 'Z') ||
               others.contains(static_cast<char>(character));
    });
}

// "https://example.com", or "" where the proxy says nothing that could be that.
std::string origin_of(const Request& request) {
    const std::string_view host = first_of(request.header("x-forwarded-host"));
    if (host.empty() || host.size() > kMostText || !all_of(host, ".-_:[]")) return "";
    const bool https = first_of(request.header("x-forwarded-proto")) == "https";
    return fmt::format("{}://{}", https ? "https" : "http", host);
}

std::string_view prefix_of(const Request& request) {
    std::string_view prefix = first_of(request.header("x-forwarded-prefix"));
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    const bool good = prefix.starts_with('/') && !prefix.starts_with("//") &&
                      prefix.size() <= kMostText && all_of(prefix, "/-_.~%");
    return good ? prefix : std::string_view();
}

// A proxy may add a header of its own instead of extending the one that came: all of them count.
std::string forwarded_for(const Request& request) {
    std::string all;
    for (const Header& header : request.headers) {
        if (!same_name(header.name, "x-forwarded-for")) continue;
        if (!all.empty()) all += ',';
        all += header.value;
    }
    return all;
}

bool is_forwarded(const Header& header) {
    constexpr std::string_view kStart = "x-forwarded-";
    return header.name.size() > kStart.size() &&
           same_name(header.name.substr(0, kStart.size()), kStart);
}

}  // namespace

std::string forwarded_address(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return "";
        text = text.substr(1, end - 1);
    } else if (std::ranges::count(text, ':') == 1) {
        text = text.substr(0, text.find(':'));
    }
    error_code error;
    const auto address = ip::make_address(text, error);
    return error ? "" : plain(address).to_string();
}

Result<TrustedProxies> TrustedProxies::parse(std::string_view text) {
    TrustedProxies trusted;
    while (!text.empty()) {
        const std::string_view one = take_last(text);
        if (one == "*") {
            trusted.everybody_ = true;
        } else if (one == "unix") {
            trusted.unix_ = true;
        } else if (!one.empty()) {
            const bool network = one.contains('/');
            const bool v6 = one.contains(':');
            const std::string whole = std::string(one) + (network ? "" : v6 ? "/128" : "/32");
            error_code error;
            if (v6)
                trusted.v6_.push_back(ip::make_network_v6(whole, error));
            else
                trusted.v4_.push_back(ip::make_network_v4(whole, error));
            if (error)
                return fail(Error::Kind::invalid_input,
                            fmt::format("'{}' is no address (10.1.2.3), network (10.0.0.0/8), "
                                        "'unix' or '*'",
                                        one));
        }
    }
    return trusted;
}

bool TrustedProxies::trusts(std::string_view text) const {
    if (everybody_) return true;
    if (text == "unix") return unix_;
    error_code error;
    const ip::address given = ip::make_address(text, error);
    if (error) return false;
    const ip::address address = plain(given);
    const auto has = [](const auto& network, const auto& one) {
        // A network's hosts() leaves out its first and last address.
        const auto of_one = std::decay_t<decltype(network)>(one, network.prefix_length());
        return of_one.canonical() == network.canonical();
    };
    if (address.is_v4())
        return std::ranges::any_of(v4_,
                                   [&](const auto& each) { return has(each, address.to_v4()); });
    return std::ranges::any_of(v6_, [&](const auto& each) { return has(each, address.to_v6()); });
}

BehindProxy::BehindProxy(Handler& next, Options options)
    : next_(next), options_(std::move(options)) {}

void BehindProxy::handle(Exchange& exchange) {
    exchange.client.clear();
    exchange.base.clear();
    if (std::ranges::any_of(exchange.request.headers, is_forwarded) &&
        options_.trusted.trusts(address_of_peer(exchange.peer)))
        believe(exchange);
    const std::string& root = options_.root_path;
    if (!root.empty()) {
        exchange.base += root;
        std::string_view& path = exchange.request.path;
        if (path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/'))
            path = path.size() == root.size() ? "/" : path.substr(root.size());
    }
    next_.handle(exchange);
}

void BehindProxy::believe(Exchange& exchange) const {
    exchange.base = origin_of(exchange.request);
    exchange.base += prefix_of(exchange.request);
    const std::string all = forwarded_for(exchange.request);
    for (std::string_view left = all; !left.empty();) {
        std::string address = forwarded_address(take_last(left));
        if (address.empty()) return;  // Nobody knows who stands before it.
        exchange.client = std::move(address);
        if (!options_.trusted.trusts(exchange.client)) return;
    }
}

}  // namespace mettle::http
