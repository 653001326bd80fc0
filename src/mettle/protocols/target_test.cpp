#include "mettle/protocols/target.hpp"

#include "mettle/http/planted_server_test.hpp"

#include <gtest/gtest.h>

#include <map>

namespace mettle::protocols {
namespace {

using http::PlantedConnection;
using http::PlantedServer;

constexpr const char* kServer = R"({"name":"s","version":"1","extensions":[]})";
constexpr const char* kModel = R"({"name":"m","versions":["1"],"platform":"p",
    "inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]}],
    "outputs":[{"name":"y","datatype":"FP32","shape":[-1]}]})";

// Answers "METHOD path" with a body, anything else with 404.
PlantedServer::Serve paths(std::map<std::string, std::string> bodies) {
    return [bodies = std::move(bodies)](PlantedConnection& connection) {
        for (std::string head = connection.read_request(); !head.empty();
             head = connection.read_request()) {
            const auto found = bodies.find(head.substr(0, head.find(" HTTP/")));
            const std::string body = found == bodies.end() ? "{}" : found->second;
            connection.send(
                (found == bodies.end() ? "HTTP/1.1 404 Not Found\r\n" : "HTTP/1.1 200 OK\r\n") +
                ("Content-Length: " + std::to_string(body.size())) + "\r\n\r\n" + body);
        }
    };
}

Result<Target> ask_planted(PlantedServer::Serve serve, const std::string& prefix = "",
                           const std::string& path = "", TargetOptions options = {}) {
    const PlantedServer server(std::move(serve));
    const auto url =
        parse_target_url(prefix + "http://127.0.0.1:" + std::to_string(server.port()) + path);
    return ask(*url, options);
}

std::string error_of(const Result<Target>& target) {
    return target ? "none" : target.error().message;
}

TEST(TargetUrl, ReadsPrefixesAndModels) {
    const auto url = parse_target_url("v2+http://h:1/v2/models/digits/versions/2/infer");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->forced, Protocol::v2);
    EXPECT_EQ(url->model, "digits");
    EXPECT_EQ(url->version, "2");
    EXPECT_FALSE(parse_target_url("http://h:1")->forced);
    EXPECT_TRUE(parse_target_url("plain+http://h/v2/models/x")->model.empty());
    EXPECT_EQ(parse_target_url("http://h/a+b")->url.target, "/a+b");
    EXPECT_NE(parse_target_url("smtp+http://h").error().message.find("no protocol 'smtp'"),
              std::string::npos);
}

TEST(Target, FindsV2AndItsOnlyModel) {
    const auto target = ask_planted(paths({{"GET /v2", kServer},
                                           {"POST /v2/repository/index", R"([{"name":"m"}])"},
                                           {"GET /v2/models/m", kModel}}));
    ASSERT_TRUE(target) << error_of(target);
    EXPECT_EQ(target->protocol, Protocol::v2);
    EXPECT_EQ(target->model.name, "m");
    EXPECT_EQ(target->model.signature.inputs[0].name, "x");
}

TEST(Target, WantsAModelNamedWhereThereAreSeveral) {
    const auto target = ask_planted(paths(
        {{"GET /v2", kServer}, {"POST /v2/repository/index", R"([{"name":"a"},{"name":"b"}])"}}));
    EXPECT_NE(error_of(target).find("choose one with --model NAME (a, b)"), std::string::npos);
    const auto unknown = ask_planted(paths({{"GET /v2", kServer}}));
    EXPECT_NE(error_of(unknown).find("name one with --model"), std::string::npos);
}

TEST(Target, SaysWhenThereIsNoSuchModel) {
    TargetOptions options;
    options.model = "x";
    const auto target = ask_planted(
        paths({{"GET /v2", kServer}, {"POST /v2/repository/index", R"([{"name":"a"}])"}}), "", "",
        options);
    EXPECT_NE(error_of(target).find("no metadata of the model 'x': 404"), std::string::npos);
    EXPECT_NE(error_of(target).find("it has a"), std::string::npos);
}

TEST(Target, AServerThatSays200ToEverythingIsPlain) {
    const auto all = http::always("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"hello\":true}");
    const auto fine = http::always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    for (const auto& serve : {all, fine}) {
        const auto target = ask_planted(serve, "", "/path");
        ASSERT_TRUE(target);
        EXPECT_EQ(target->protocol, Protocol::plain);
        EXPECT_EQ(target->url.target, "/path");
    }
}

TEST(Target, AForcedProtocolIsHeldToIt) {
    const auto target = ask_planted(http::always(http::kPlantedOk), "v2+");
    EXPECT_NE(error_of(target).find("does not speak V2"), std::string::npos);
    EXPECT_EQ(target.error().kind, Error::Kind::invalid_input);
}

constexpr const char* kApi = R"({"openapi":"3.1.0","info":{"title":"T"},"paths":{
    "/predict":{"post":{}}}})";

TEST(Target, FindsAnOpenApiDocument) {
    const auto serve = paths({{"GET /openapi.json", kApi}});
    for (const char* path : {"", "/predict"}) {
        const auto target = ask_planted(serve, "", path);
        ASSERT_TRUE(target) << error_of(target);
        EXPECT_EQ(target->protocol, Protocol::openapi);
        EXPECT_EQ(name_of(target->protocol), "openapi");
        EXPECT_EQ(target->api->title, "T");
    }
    EXPECT_EQ(ask_planted(serve, "", "/other")->protocol, Protocol::plain);
    EXPECT_EQ(ask_planted(serve, "plain+", "/predict")->protocol, Protocol::plain);
}

TEST(Target, FindsADocumentBelowItsPathAndTakesThatForTheBase) {
    const auto target = ask_planted(paths({{"GET /api/openapi.json", kApi}}), "", "/api/");
    ASSERT_TRUE(target) << error_of(target);
    EXPECT_EQ(target->protocol, Protocol::openapi);
    EXPECT_EQ(target->api->base_path, "/api");
}

TEST(Target, SaysWhatIsWrongWithADocument) {
    const auto wrong =
        ask_planted(paths({{"GET /openapi.json", R"({"openapi":"2.0","paths":{}})"}}));
    EXPECT_NE(error_of(wrong).find("must be of version 3.0 or 3.1"), std::string::npos);
    EXPECT_NE(error_of(wrong).find("; plain+http://127.0.0.1:"), std::string::npos);
    const auto none = ask_planted(paths({}), "openapi+", "/x");
    EXPECT_NE(error_of(none).find("no OpenAPI document: GET /openapi.json got 404 Not Found, GET "
                                  "/x/openapi.json got 404"),
              std::string::npos)
        << error_of(none);
}

TEST(Target, ADocumentOfTheUsersIsNotAskedFor) {
    const PlantedServer server(http::always(http::kPlantedOk));
    TargetOptions options;
    options.api = std::make_shared<const openapi::Document>(openapi::parse_document(kApi).value());
    const auto url = parse_target_url("http://127.0.0.1:" + std::to_string(server.port()));
    EXPECT_EQ(ask(*url, options)->protocol, Protocol::openapi);
    EXPECT_EQ(server.accepted(), 0);
}

TEST(Target, PlainIsNotAsked) {
    const PlantedServer server(http::always(http::kPlantedOk));
    const auto url = parse_target_url("plain+http://127.0.0.1:" + std::to_string(server.port()));
    EXPECT_TRUE(ask(*url, {}));
    EXPECT_EQ(server.accepted(), 0);
}

TEST(Target, WaitsForAServerThatIsStarting) {
    int asked = 0;
    const auto starting = [&asked](PlantedConnection& connection) {
        while (!connection.read_request().empty())
            connection.send(++asked < 3 ? "HTTP/1.1 503 Starting\r\nContent-Length: 0\r\n\r\n"
                                        : http::kPlantedOk);
    };
    TargetOptions options;
    options.patience = std::chrono::seconds(5);
    const auto target = ask_planted(starting, "", "", options);
    ASSERT_TRUE(target);
    EXPECT_EQ(asked, 4);  // The last for /openapi.json.
}

}  // namespace
}  // namespace mettle::protocols
