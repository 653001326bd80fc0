#include "mettle/app/app.hpp"

#include "mettle/app/percent.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace mettle::app {
namespace {

// An exchange without a connection.
class FakeExchange final : public http::Exchange,
                           public std::enable_shared_from_this<FakeExchange> {
public:
    void send() override { ++sent; }
    boost::asio::io_context& io() override { return loop; }
    std::shared_ptr<http::Exchange> hold() override { return shared_from_this(); }
    void watch(http::HangUpListener&) override {}

    boost::asio::io_context loop;
    int sent = 0;
};

struct AppTest : ::testing::Test {
    FakeExchange& ask(std::string_view method, std::string_view path) {
        exchange = std::make_shared<FakeExchange>();
        exchange->request.method = method;
        exchange->request.path = path;
        app.handle(*exchange);
        exchange->loop.run();
        return *exchange;
    }

    static Task<void> say_hello(Context& context) {
        context.response().body = "hello " + std::string(context.params[0]);
        co_return;
    }
    static Task<void> break_down(Context&) {
        throw std::runtime_error("a bug");
        co_return;
    }

    App app;
    std::shared_ptr<FakeExchange> exchange;
};

TEST_F(AppTest, ACoroutineAnswersWithTheRoutesParameters) {
    app.add_coroutine("GET", "/hello/{name}", say_hello);
    EXPECT_EQ(ask("GET", "/hello/world").response.body, "hello world");
    EXPECT_EQ(exchange->sent, 1);
}

TEST_F(AppTest, WhatAHandlerThrowsIsA500WithoutDetails) {
    app.add_coroutine("GET", "/", break_down);
    app.get("/plain", [](Context&) { throw std::runtime_error("a bug"); });
    for (const char* path : {"/", "/plain"}) {
        EXPECT_EQ(ask("GET", path).response.status, 500);
        EXPECT_EQ(exchange->response.body, R"({"detail":"Internal Server Error"})");
        EXPECT_EQ(exchange->sent, 1);
    }
}

TEST_F(AppTest, ErrorsHaveTheShapeOfTheirRoutes) {
    app.get("/v2/x", [](Context& context) { context.exchange.send(); });
    app.errors_below("/v2", error_body);
    EXPECT_EQ(ask("GET", "/nope").response.body, R"({"detail":"Not Found"})");
    EXPECT_EQ(ask("GET", "/v2/nope").response.body, R"({"error":"Not Found"})");
    EXPECT_EQ(ask("POST", "/v2/x").response.status, 405);
    EXPECT_EQ(exchange->response.headers, "Allow: GET, HEAD\r\n");
}

TEST(Percent, DecodesEscapesAndLeavesBrokenOnes) {
    std::string room;
    EXPECT_EQ(percent_decoded("plain", room), "plain");
    EXPECT_EQ(percent_decoded("a%20b%2F", room), "a b/");
    EXPECT_EQ(percent_decoded("%", room), "%");
    EXPECT_EQ(percent_decoded("%zz%4", room), "%zz%4");
}

TEST(ErrorBody, IsTheSameJsonWhateverTheMessageHolds) {
    for (const char* message : {"", "the queue is full", "it's 'x': {1}", "a \"quote\"", "C:\\m",
                                "two\nlines", "na\xc3\xafve", "\x7f"}) {
        EXPECT_EQ(error_body(message), nlohmann::json({{"error", message}}).dump());
    }
    EXPECT_EQ(detail_body("no"), R"({"detail":"no"})");
}

}  // namespace
}  // namespace mettle::app
