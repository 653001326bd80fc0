#include "mettle/prove/sending.hpp"

#include "mettle/prove/server_process.hpp"

#include <gmock/gmock.h>

namespace mettle::prove {
namespace {

using ::testing::HasSubstr;

protocols::Target digits() {
    protocols::Target target;
    target.protocol = protocols::Protocol::v2;
    target.url = *http::parse_url("http://127.0.0.1:1");
    target.model.name = "digits";
    target.model.signature = {
        {{"pixels", DataType::fp32, {-1, 64}}},
        {{"label", DataType::int64, {-1}}, {"probabilities", DataType::fp32, {-1, 10}}}};
    return target;
}

TEST(Sending, TakesTheModelsSamplesWhereThereAreSome) {
    const auto sending = Sending::make(digits(), {}, "models/digits", 1);
    ASSERT_TRUE(sending) << sending.error().message;
    EXPECT_EQ(sending->source(), AnswerSource::samples);
    EXPECT_EQ(sending->payload_count(), 32u);
    EXPECT_NEAR(*sending->tolerance(), 1e-5, 1e-12);
    EXPECT_EQ(sending->task().name, "digits");
}

TEST(Sending, MakesInputsWhereABatchWasAskedFor) {
    SendOptions options;
    options.batch = 8;
    const auto sending = Sending::make(digits(), options, "models/digits", 1);
    ASSERT_TRUE(sending);
    EXPECT_EQ(sending->source(), AnswerSource::none);  // Until the target was asked.
}

TEST(Sending, RefusesFlagsThatDoNotFitTheTarget) {
    SendOptions body;
    body.body = "{}";
    EXPECT_THAT(Sending::make(digits(), body, {}, 1).error().message, HasSubstr("plain+http"));
    auto plain = digits();
    plain.protocol = protocols::Protocol::plain;
    SendOptions batch;
    batch.batch = 2;
    EXPECT_THAT(Sending::make(plain, batch, {}, 1).error().message, HasSubstr("--body"));
    SendOptions shape;
    shape.shapes = {"pixels"};
    EXPECT_THAT(Sending::make(digits(), shape, {}, 1).error().message, HasSubstr("--shape"));
}

TEST(Sending, PlainPostsWhenThereIsABody) {
    auto plain = digits();
    plain.protocol = protocols::Protocol::plain;
    EXPECT_EQ(Sending::make(plain, {}, {}, 1)->task().method, "GET");
    SendOptions body;
    body.body = "{}";
    EXPECT_EQ(Sending::make(plain, body, {}, 1)->task().method, "POST");
    body.method = "PUT";
    EXPECT_EQ(Sending::make(plain, body, {}, 1)->task().method, "PUT");
}

TEST(Sending, AnOpenApiTargetsFirstPredictionIsSent) {
    auto target = digits();
    target.protocol = protocols::Protocol::openapi;
    target.api = std::make_shared<const protocols::openapi::Document>(
        protocols::openapi::parse_document(R"({"openapi":"3.1.0","paths":{"/health":{"get":{}},
            "/predict":{"post":{"requestBody":{"content":{"application/json":{"schema":{
            "type":"object","required":["x"],"properties":{"x":{"type":"number"}}}}}}}}}})")
            .value());
    const auto sending = Sending::make(target, {}, {}, 1);
    ASSERT_TRUE(sending) << sending.error().message;
    EXPECT_EQ(sending->task().name, "/predict");
    EXPECT_GT(sending->payload_count(), 20u);
    SendOptions only;
    only.only = {"GET /health"};
    EXPECT_EQ(Sending::make(target, only, {}, 1)->task().name, "/health");
    SendOptions body;
    body.body = "{}";
    EXPECT_EQ(Sending::make(target, body, {}, 1)->task().name, "/");
}

TEST(Sending, SaysThatATargetThatRefusesIsUnreachable) {
    auto sending = *Sending::make(digits(), {}, "models/digits", 1);
    EXPECT_EQ(sending.learn().error().kind, Error::Kind::connection_lost);
}

TEST(ServerProcess, FindsTheAddressOnceItsLineIsWhole) {
    EXPECT_EQ(address_in("Mettle serves on http://127.0.0.1:39745 with 2"),
              "http://127.0.0.1:39745");
    EXPECT_EQ(address_in("x http://[::1]:80\n"), "http://[::1]:80");
    EXPECT_EQ(address_in("x http://127.0.0.1:397"), "");
    EXPECT_EQ(address_in("nothing"), "");
}

TEST(ServerProcess, GivesTheWordsOfAServerThatDoesNotStart) {
    // Any program that ends without an address will do.
    Launch launch;
    launch.executable = "/bin/echo";
    launch.model = "the model";
    const auto server = ServerProcess::start(launch, {});
    ASSERT_FALSE(server);
    EXPECT_THAT(server.error().message, HasSubstr("serve the model --port 0"));
}

}  // namespace
}  // namespace mettle::prove
