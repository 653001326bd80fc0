#include "mettle/http/behind_proxy.hpp"

#include <gtest/gtest.h>

using namespace mettle;
using namespace mettle::http;

namespace {

class Asked final : public Exchange {
public:
    void send() override {}
    boost::asio::io_context& io() override { return io_; }
    std::shared_ptr<Exchange> hold() override { return nullptr; }
    void watch(HangUpListener&) override {}

private:
    boost::asio::io_context io_;
};

class Nothing final : public Handler {
public:
    void handle(Exchange&) override {}
    void on_sent(Exchange&) override {}
    void on_refused(int) override {}
};

struct Seen {
    std::string client, base, path;
};

Seen ask(const std::string& peer, const std::vector<Header>& headers, const std::string& root = "",
         const std::string& path = "/p", const char* trusted = "127.0.0.1,10.0.0.0/8,::1") {
    Nothing next;
    BehindProxy door(next, {root, TrustedProxies::parse(trusted).value()});
    Asked exchange;
    exchange.peer = peer;
    exchange.client = exchange.base = "of the request before";
    exchange.request.path = path;
    exchange.request.headers = headers;
    door.handle(exchange);
    return {exchange.client, exchange.base, std::string(exchange.request.path)};
}

constexpr const char* kFor = "X-Forwarded-For";
constexpr const char* kLocal = "127.0.0.1:50000";

TEST(BehindProxy, TheClientIsTheLastThatNoTrustedProxyIs) {
    const struct {
        std::vector<Header> headers;
        const char* client;
    } kCases[] = {
        {{{kFor, "192.0.2.1"}}, "192.0.2.1"},
        {{{kFor, "192.0.2.1:4711"}}, "192.0.2.1"},
        {{{kFor, "[2001:db8::1]:4711"}}, "2001:db8::1"},
        {{{kFor, "2001:DB8:0::1"}}, "2001:db8::1"},
        {{{kFor, "::ffff:192.0.2.1"}}, "192.0.2.1"},
        {{{kFor, "6.6.6.6, 192.0.2.1"}}, "192.0.2.1"},  // The first is what the client itself sent.
        {{{kFor, "192.0.2.1, 10.3.2.1 ,\t10.0.0.1"}}, "192.0.2.1"},
        {{{kFor, "6.6.6.6"}, {"x-forwarded-for", "192.0.2.1"}}, "192.0.2.1"},
        {{{kFor, "10.0.0.2, 10.0.0.3"}}, "10.0.0.2"},
        {{{kFor, "192.0.2.1, unknown, 10.0.0.3"}}, "10.0.0.3"},
        {{{kFor, "unknown"}}, ""},
        {{{kFor, ""}}, ""},
        {{{kFor, ",,,"}}, ""},
        {{}, ""},
    };
    for (const auto& each : kCases)
        EXPECT_EQ(ask(kLocal, each.headers).client, each.client)
            << (each.headers.empty() ? "" : each.headers[0].value);
}

TEST(BehindProxy, OnlyTrustedPeersAreBelieved) {
    const std::vector<Header> headers = {{kFor, "192.0.2.1"}, {"X-Forwarded-Prefix", "/x"}};
    EXPECT_EQ(ask("192.0.2.9:1", headers).client, "");
    EXPECT_EQ(ask("192.0.2.9:1", headers).base, "");
    EXPECT_EQ(ask("unix", headers).client, "");
    EXPECT_EQ(ask("unix", headers, "", "/p", "unix").client, "192.0.2.1");
    EXPECT_EQ(ask("::1:50000", headers).client, "192.0.2.1");
    EXPECT_EQ(ask("::ffff:10.1.1.1:50000", headers).client, "192.0.2.1");
    EXPECT_EQ(ask("192.0.2.9:1", headers, "", "/p", "*").client, "192.0.2.1");
    EXPECT_EQ(ask(kLocal, headers, "", "/p", "").client, "");
}

TEST(BehindProxy, LinksBeginWithWhatTheProxySays) {
    const auto base = [](const std::vector<Header>& headers) { return ask(kLocal, headers).base; };
    EXPECT_EQ(base({{"X-Forwarded-Prefix", "/x/"}}), "/x");
    EXPECT_EQ(base({{"X-Forwarded-Host", "example.com"}, {"X-Forwarded-Proto", "https"}}),
              "https://example.com");
    EXPECT_EQ(base({{"X-Forwarded-Host", "example.com:8443, inner"},
                    {"X-Forwarded-Proto", "https, http"},
                    {"X-Forwarded-Prefix", "/x"}}),
              "https://example.com:8443/x");
    EXPECT_EQ(base({{"X-Forwarded-Host", "example.com"}, {"X-Forwarded-Proto", "gopher"}}),
              "http://example.com");
    for (const char* wrong : {"x", "//evil.example", "/a b", "/<x>", "/\"x", "/"})
        EXPECT_EQ(base({{"X-Forwarded-Prefix", wrong}}), "") << wrong;
    EXPECT_EQ(base({{"X-Forwarded-Host", "a b"}}), "");
    EXPECT_EQ(base({{"X-Forwarded-Prefix", std::string_view("/x")}, {kFor, "unknown"}}), "/x");
}

TEST(BehindProxy, TheRootPathIsTakenOffWhereItIsThere) {
    const auto path = [](const char* sent) { return ask("192.0.2.9:1", {}, "/x", sent).path; };
    EXPECT_EQ(path("/x/v2"), "/v2");
    EXPECT_EQ(path("/v2"), "/v2");
    EXPECT_EQ(path("/x"), "/");
    EXPECT_EQ(path("/x/"), "/");
    EXPECT_EQ(path("/xy/v2"), "/xy/v2");
    EXPECT_EQ(ask("192.0.2.9:1", {}, "/x").base, "/x");
    EXPECT_EQ(ask(kLocal, {{"X-Forwarded-Prefix", "/outer"}}, "/x").base, "/outer/x");
}

TEST(TrustedProxies, NetworksHaveTheirFirstAndLastAddress) {
    const auto trusted = TrustedProxies::parse(" 10.0.0.0/30, 2001:db8::/32 ,");
    ASSERT_TRUE(trusted);
    for (const char* address : {"10.0.0.0", "10.0.0.3", "2001:db8::", "2001:db8:ffff::1"})
        EXPECT_TRUE(trusted->trusts(address)) << address;
    for (const char* address : {"10.0.0.4", "2001:db9::", "unix", "", "x"})
        EXPECT_FALSE(trusted->trusts(address)) << address;
}

TEST(TrustedProxies, WhatIsNoAddressIsNamed) {
    for (const char* wrong : {"localhost", "10.0.0.0/33", "10.0.0", "::1/200"}) {
        const auto trusted = TrustedProxies::parse(wrong);
        ASSERT_FALSE(trusted) << wrong;
        EXPECT_NE(trusted.error().message.find(wrong), std::string::npos);
    }
}

}  // namespace
