#pragma once

// For a server that clients reach through something else: a prefix before its paths, and the
// headers by which a proxy says who asked it and how.

#include "mettle/base/result.hpp"
#include "mettle/http/exchange.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mettle::http {

// Whose X-Forwarded-* headers are believed. Anybody can send them, so nobody else's are.
class TrustedProxies {
public:
    // "127.0.0.1,10.0.0.0/8,unix": addresses, networks, `unix` for the peers of a Unix socket; "*"
    // is everybody, "" nobody.
    static Result<TrustedProxies> parse(std::string_view text);

    // An address without a port, or "unix".
    bool trusts(std::string_view address) const;

private:
    bool everybody_ = false;
    bool unix_ = false;
    std::vector<boost::asio::ip::network_v4> v4_;
    std::vector<boost::asio::ip::network_v6> v6_;
};

// "10.1.2.3", of "10.1.2.3:80", "[::1]:80" and "::1", too; "" where the text is no address.
std::string forwarded_address(std::string_view text);

// Stands before another handler. Fills in `client` and `base` of each exchange, and takes
// `root_path` off the beginning of its path, where it is there: some proxies have done so already.
//
// X-Forwarded-For is read from its end, where the nearest proxy wrote, up to the first address that
// is not trusted: that is who asks. X-Forwarded-Proto, -Host and -Prefix go into `base`, the last
// before `root_path`.
class BehindProxy final : public Handler {
public:
    struct Options {
        std::string root_path;  // "/x"
        TrustedProxies trusted;
    };

    // `next` must outlive it.
    BehindProxy(Handler& next, Options options);

    void handle(Exchange& exchange) override;
    void on_sent(Exchange& exchange) override { next_.on_sent(exchange); }
    void on_refused(int status) override { next_.on_refused(status); }

private:
    void believe(Exchange& exchange) const;

    Handler& next_;
    const Options options_;
};

}  // namespace mettle::http
