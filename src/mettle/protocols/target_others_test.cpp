#include "mettle/http/planted_server_test.hpp"
#include "mettle/protocols/target.hpp"

#include <gmock/gmock.h>

#include <map>

namespace mettle::protocols {
namespace {

using http::PlantedConnection;
using http::PlantedServer;
using ::testing::HasSubstr;

constexpr const char* kTfsStatus =
    R"({"model_version_status":[{"version":"1","state":"AVAILABLE","status":{}}]})";
constexpr const char* kTfsMetadata = R"({"model_spec":{"name":"half","version":"1"},
  "metadata":{"signature_def":{"signature_def":{"serving_default":{
    "inputs":{"x":{"dtype":"DT_FLOAT","tensor_shape":{"dim":[{"size":"-1"}]}}},
    "outputs":{"y":{"dtype":"DT_FLOAT","tensor_shape":{"dim":[{"size":"-1"}]}}},
    "method_name":"tensorflow/serving/predict"}}}}})";
constexpr const char* kModels = R"({"object":"list","data":[{"id":"tiny","object":"model"}]})";
constexpr const char* kTorchApi =
    R"({"openapi":"3.0.1","paths":{"/predictions/{model_name}":{"post":{}}}})";

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

Result<Target> ask_planted(std::map<std::string, std::string> bodies,
                           const std::string& prefix = "", const std::string& path = "",
                           const std::string& model = "") {
    const PlantedServer server(paths(std::move(bodies)));
    const auto url =
        parse_target_url(prefix + "http://127.0.0.1:" + std::to_string(server.port()) + path);
    TargetOptions options;
    options.model = model;
    options.other_protocols = true;
    return ask(*url, options);
}

std::string error_of(const Result<Target>& target) {
    return target ? "none" : target.error().message;
}

TEST(TargetUrl, APathNamesTheModelOfItsProtocol) {
    const auto predict = parse_target_url("http://h/v1/models/half/versions/2:predict");
    EXPECT_EQ(predict->forced, Protocol::tfs);
    EXPECT_EQ(predict->model, "half");
    EXPECT_EQ(predict->version, "2");
    EXPECT_EQ(parse_target_url("tfs+http://h/v1/models/half/labels/best")->version, "labels/best");
    const auto torch = parse_target_url("torchserve+http://h/predictions/resnet/1.0");
    EXPECT_EQ(torch->model, "resnet");
    EXPECT_EQ(torch->version, "1.0");
    const auto chat = parse_target_url("http://h/api/v1/chat/completions");
    EXPECT_EQ(chat->forced, Protocol::openai);
    EXPECT_EQ(chat->version, "chat/completions");
    EXPECT_EQ(chat->url.target, "/api");
    EXPECT_EQ(parse_target_url("openai+http://h/v1")->url.target, "/");
    EXPECT_FALSE(parse_target_url("http://h/predictions/x")->forced);
}

TEST(TargetOthers, TfServingIsFoundWhereAModelIsNamed) {
    const std::map<std::string, std::string> bodies = {
        {"GET /v1/models/half", kTfsStatus}, {"GET /v1/models/half/metadata", kTfsMetadata}};
    const auto target = ask_planted(bodies, "", "", "half");
    ASSERT_TRUE(target) << error_of(target);
    EXPECT_EQ(target->protocol, Protocol::tfs);
    EXPECT_EQ(target->model.signature.to_string(), "x FP32[-1] -> y FP32[-1]");
    EXPECT_THAT(error_of(ask_planted(bodies, "tfs+")), HasSubstr("name one with --model"));
    EXPECT_THAT(error_of(ask_planted(bodies, "tfs+", "", "none")), HasSubstr("no model 'none'"));
}

TEST(TargetOthers, AModelThatIsStillLoadingIsSaid) {
    const auto target =
        ask_planted({{"GET /v1/models/half",
                      R"({"model_version_status":[{"version":"1","state":"LOADING"}]})"}},
                    "tfs+", "/v1/models/half");
    EXPECT_THAT(error_of(target), HasSubstr("in state LOADING"));
}

TEST(TargetOthers, OpenAiIsFoundByItsListOfModels) {
    const auto target = ask_planted({{"GET /v1/models", kModels}});
    ASSERT_TRUE(target) << error_of(target);
    EXPECT_EQ(target->protocol, Protocol::openai);
    EXPECT_EQ(target->model.name, "tiny");
    EXPECT_EQ(target->url.target, "/v1/chat/completions");
    const auto embeddings = ask_planted({}, "openai+", "/x/v1/embeddings", "tiny");
    ASSERT_TRUE(embeddings) << error_of(embeddings);
    EXPECT_EQ(embeddings->url.target, "/x/v1/embeddings");
    EXPECT_THAT(error_of(ask_planted({}, "openai+")), HasSubstr("--model"));
}

TEST(TargetOthers, TorchServeIsFoundByItsPingAndItsDescription) {
    const auto target = ask_planted({{"GET /ping", R"({"status":"Healthy"})"},
                                     {"OPTIONS /", kTorchApi},
                                     {"GET /models", R"({"models":[{"modelName":"resnet"}]})"}});
    ASSERT_TRUE(target) << error_of(target);
    EXPECT_EQ(target->protocol, Protocol::torchserve);
    EXPECT_EQ(target->url.target, "/predictions/resnet");
    const auto only_ping = ask_planted({{"GET /ping", R"({"status":"Healthy"})"}});
    ASSERT_TRUE(only_ping);
    EXPECT_EQ(only_ping->protocol, Protocol::plain);
    EXPECT_THAT(error_of(ask_planted({}, "torchserve+")), HasSubstr("does not speak TorchServe"));
}

TEST(TargetOthers, WhoDoesNotTakeThemDoesNotAskForThem) {
    const PlantedServer server(paths({{"GET /v1/models", kModels}}));
    const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
    EXPECT_EQ(ask(*parse_target_url(url), {})->protocol, Protocol::plain);
    EXPECT_THAT(error_of(ask(*parse_target_url("openai+" + url), {})),
                HasSubstr("mettle load does"));
}

TEST(TargetOthers, AServerThatSaysYesToEverythingIsPlain) {
    std::map<std::string, std::string> bodies;
    for (const char* path :
         {"GET /v2", "GET /v1/models", "GET /v1/models/m", "GET /ping", "OPTIONS /"})
        bodies[path] = R"({"ok":true,"status":"ok"})";
    EXPECT_EQ(ask_planted(bodies, "", "", "m")->protocol, Protocol::plain);
}

}  // namespace
}  // namespace mettle::protocols
