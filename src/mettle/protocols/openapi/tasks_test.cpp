#include "mettle/protocols/openapi/tasks.hpp"

#include "mettle/protocols/openapi/encode.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

namespace mettle::protocols::openapi {
namespace {

using nlohmann::json;

Result<MadeTasks> make(const std::string& paths, TaskOptions options = {},
                       const std::string& target = "/", const std::string& more = "") {
    const auto document = parse_document(R"({"openapi":"3.1.0","paths":)" + paths + more + "}");
    EXPECT_TRUE(document) << (document ? "" : document.error().message);
    http::Url url;
    url.host = "h";
    url.target = target;
    return make_tasks(*document, url, options);
}

std::string error_of(const Result<MadeTasks>& made) {
    return made ? "none" : made.error().message;
}

TaskOptions with_rows(std::string_view csv) {
    TaskOptions options;
    options.rows = payload::parse_csv(csv, "rows.csv").value();
    return options;
}

bool is_wrong(const TaskRequest& each) {
    return each.check && each.check->wants_refusal();
}

constexpr const char* kPredict = R"({"/predict":{"post":{
    "requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/In"},
                   "examples":{"one":{"value":{"x":1,"text":"shown"}}}}}},
    "responses":{"200":{"content":{"application/json":{"schema":{"type":"object",
        "required":["label"],"properties":{"label":{"type":"integer"}}}}}}}}}})";
constexpr const char* kIn = R"(,"components":{"schemas":{"In":{"type":"object",
    "required":["x","text"],"properties":{"x":{"type":"number","minimum":0,"maximum":5},
    "text":{"type":"string","minLength":1}}}}})";

TEST(OpenApiTasks, BodiesAreTheExamplesAndThenVaried) {
    const auto made = make(kPredict, {}, "/", kIn);
    ASSERT_TRUE(made) << error_of(made);
    ASSERT_EQ(made->tasks.size(), 1u);
    const Task& task = made->tasks[0];
    EXPECT_EQ(task.name, "/predict");
    EXPECT_EQ(task.method, "POST");
    EXPECT_GT(task.requests.size(), 25u);
    EXPECT_EQ(json::parse(task.requests[0].request.body), (json{{"x", 1}, {"text", "shown"}}));
    for (const TaskRequest& each : task.requests) {
        const json body = json::parse(each.request.body);
        EXPECT_LE(body["x"].get<double>(), 5);
        EXPECT_EQ(each.request.headers[0],
                  (std::pair<std::string, std::string>{"Content-Type", "application/json"}));
    }
}

TEST(OpenApiTasks, AnswersAreJudgedByTheirDocumentedSchema) {
    const auto made = make(kPredict, {}, "/", kIn);
    ASSERT_TRUE(made) << error_of(made);
    const AnswerCheck& check = *made->tasks[0].requests[0].check;
    EXPECT_FALSE(check.judge({R"({"label":3})", -1, 200}));
    EXPECT_FALSE(check.judge({"not documented", -1, 202}));
    const auto flaw = check.judge({R"({"label":"3"})", -1, 200});
    ASSERT_TRUE(flaw);
    EXPECT_EQ(flaw->outcome, load::Outcome::validation);
    EXPECT_EQ(flaw->detail, "/label: a string where an integer is documented");
}

TEST(OpenApiTasks, ARangeOrTheDefaultIsDocumentationToo) {
    const auto made = make(R"({"/a":{"get":{"responses":{
        "200":{"content":{"application/json":{"schema":{"type":"integer"}}}},
        "2XX":{"content":{"application/json":{"schema":{"type":"string"}}}},
        "default":{"content":{"application/json":{"schema":{"type":"null"}}}}}}}})");
    ASSERT_TRUE(made) << error_of(made);
    const AnswerCheck& check = *made->tasks[0].requests[0].check;
    EXPECT_FALSE(check.judge({"1", -1, 200}));
    EXPECT_FALSE(check.judge({"\"a\"", -1, 201}));
    EXPECT_FALSE(check.judge({"null", -1, 302}));
    EXPECT_TRUE(check.judge({"1", -1, 201}));
}

TEST(OpenApiTasks, BodiesThatMayBeSomethingElseAreNotJudged) {
    const auto made = make(R"({"/a":{"get":{"responses":{"200":{"content":{
        "application/json":{"schema":{"type":"integer"}},"text/plain":{}}}}}},
        "/b":{"get":{}}})");
    ASSERT_TRUE(made) << error_of(made);
    for (const Task& task : made->tasks) {
        EXPECT_EQ(task.requests.size(), 1u);
        EXPECT_EQ(task.requests[0].check, nullptr);
    }
}

TEST(OpenApiTasks, ParametersGoWhereTheyBelong) {
    TaskOptions options;
    options.only = {"GET /items/{id}"};
    options.headers = {{"X-Mine", "given"}};
    options.payloads = 1;
    const auto made = make(R"({"/items/{id}":{"get":{"parameters":[
        {"name":"id","in":"path","required":true,"example":"a b/c"},
        {"name":"tags","in":"query","schema":{"type":"array","items":{"type":"string"}},
         "example":["x","y&z"]},
        {"name":"flat","in":"query","explode":false,"example":[1,2]},
        {"name":"filter","in":"query","style":"deepObject","example":{"k":1}},
        {"name":"optional","in":"query","schema":{"type":"string"}},
        {"name":"X-Made","in":"header","required":true,"example":"h"},
        {"name":"X-Mine","in":"header","required":true,"example":"made"},
        {"name":"Authorization","in":"header","required":true,"example":"made"},
        {"name":"session","in":"cookie","required":true,"example":"s"}]}}})",
                           options);
    ASSERT_TRUE(made) << error_of(made);
    const http::ClientRequest& request = made->tasks[0].requests[0].request;
    EXPECT_EQ(request.target, "/items/a%20b%2Fc?tags=x&tags=y%26z&flat=1%2C2&filter%5Bk%5D=1");
    const http::HeaderList expected = {
        {"X-Made", "h"}, {"Cookie", "session=s"}, {"X-Mine", "given"}};
    EXPECT_EQ(request.headers, expected);
    EXPECT_EQ(made->tasks[0].name, "/items/{id}");
}

TEST(OpenApiTasks, NothingInADocumentEndsALineOfARequest) {
    TaskOptions options;
    options.all = true;
    const auto made = make(R"({"/a b\r\nX: y?#":{"post":{
        "parameters":[{"name":"X-A","in":"header","required":true,"example":"1\r\nY: z"},
                      {"name":"B\r\nC","in":"header","required":true,"example":"1"}],
        "requestBody":{"content":{"application/json;\r\nZ: z":{}}}}}})",
                           options);
    ASSERT_TRUE(made) << error_of(made);
    const http::ClientRequest& request = made->tasks[0].requests[0].request;
    EXPECT_EQ(request.target, "/a%20b%0D%0AX:%20y%3F%23");
    const http::HeaderList expected = {{"X-A", "1Y: z"}, {"Content-Type", "application/json;Z: z"}};
    EXPECT_EQ(request.headers, expected);
}

TEST(OpenApiTasks, ThePathOfTheUrlIsSentAsItIs) {
    const auto made = make(
        R"({"/items/{id}":{"get":{"parameters":[{"name":"id","in":"path","required":true},
            {"name":"q","in":"query","required":true,"example":"made"}]}}})",
        {}, "/items/5");
    ASSERT_TRUE(made) << error_of(made);
    EXPECT_EQ(made->tasks[0].requests[0].request.target, "/items/5?q=made");
    EXPECT_EQ(made->tasks[0].name, "/items/{id}");
}

TEST(OpenApiTasks, RowsFillParametersAndFieldsByName) {
    TaskOptions options = with_rows("x,text,label\n2,12,a\n3.5,\"b, c\",b\n");
    const auto made = make(kPredict, options, "/", kIn);
    ASSERT_TRUE(made) << error_of(made);
    const auto& requests = made->tasks[0].requests;
    ASSERT_EQ(requests.size(), 2u);
    EXPECT_EQ(json::parse(requests[0].request.body), (json{{"x", 2}, {"text", "12"}}));
    EXPECT_EQ(json::parse(requests[1].request.body), (json{{"x", 3.5}, {"text", "b, c"}}));
    EXPECT_EQ(made->notes, std::vector<std::string>{"columns of --data that nothing takes: label"});
    EXPECT_EQ(error_of(make(kPredict, with_rows("a,b\n1,2\n"), "/", kIn)),
              "--data: no column (a, b) is a parameter or a field of the body of POST /predict");
}

TEST(OpenApiTasks, AShareIsWrongOnPurpose) {
    TaskOptions options;
    options.invalid_share = 0.05;
    const auto made = make(kPredict, options, "/", kIn);
    ASSERT_TRUE(made) << error_of(made);
    const auto& requests = made->tasks[0].requests;
    double wrong = 0;
    for (const TaskRequest& each : requests) wrong += is_wrong(each);
    EXPECT_NEAR(wrong / static_cast<double>(requests.size()), 0.05, 0.001);
    EXPECT_FALSE(is_wrong(requests[0]));
    EXPECT_NE(error_of(make(R"({"/a":{"get":{}}})", options)).find("--invalid-share"),
              std::string::npos);
}

TEST(OpenApiTasks, ParametersCanBeWrongToo) {
    TaskOptions options;
    options.invalid_share = 0.5;
    const auto made = make(R"({"/a":{"get":{"parameters":[{"name":"n","in":"query",
        "required":true,"schema":{"type":"integer"}}]}}})",
                           options);
    ASSERT_TRUE(made) << error_of(made);
    std::set<std::string> wrong;
    for (const TaskRequest& each : made->tasks[0].requests)
        if (is_wrong(each)) wrong.insert(each.request.target);
    EXPECT_TRUE(wrong.contains("/a?n=not%20a%20number"));
}

TEST(OpenApiTasks, WhatCannotBeMadeIsLeftOutOrSaidWhereItWasAskedFor) {
    const std::string paths = R"({"/ok":{"get":{}},
        "/far/predict":{"post":{"requestBody":{"content":{"application/json":{"schema":{
            "$ref":"https://elsewhere/schema.json"}}}}}},
        "/endless/predict":{"post":{"requestBody":{"content":{"application/json":{"schema":{
            "$ref":"#/components/schemas/E"}}}}}},
        "/xml/predict":{"post":{"requestBody":{"content":{"application/xml":{}}}}}})";
    const std::string more = R"(,"components":{"schemas":{"E":{"type":"object","required":["e"],
        "properties":{"e":{"$ref":"#/components/schemas/E"}}}}})";
    const auto made = make(paths, {}, "/", more);
    ASSERT_TRUE(made) << error_of(made);
    ASSERT_EQ(made->tasks.size(), 1u);
    EXPECT_EQ(made->left_out.size(), 3u);
    const std::pair<const char*, const char*> cases[] = {
        {"/far/predict", "nothing is fetched from elsewhere"},
        {"/endless/predict", "requires itself without an end"},
        {"/xml/predict", "takes application/xml, which cannot be made: give it with --body"}};
    for (const auto& [path, error] : cases) {
        TaskOptions options;
        options.only = {path};
        EXPECT_NE(error_of(make(paths, options, "/", more)).find(error), std::string::npos)
            << error_of(make(paths, options, "/", more));
    }
}

TEST(OpenApiTasks, NothingHarmlessMeansAListAndNothingSent) {
    const auto made = make(R"({"/orders":{"post":{},"delete":{}}})");
    EXPECT_EQ(error_of(made),
              "http://h has no operation that is sent unasked; choose with --only, or --all for "
              "all of them:\n  --only 'POST /orders'   (may change something)\n"
              "  --only 'DELETE /orders'   (may change something)");
}

TEST(OpenApiEncode, FormsAndFiles) {
    EXPECT_EQ(form_body(json::parse(R"({"a":"x y","b":[1,2],"c":{"d":1},"e":null})")),
              "a=x%20y&b=1&b=2&c=%7B%22d%22%3A1%7D");
    std::string type;
    const std::string body = multipart_body(json::parse(R"({"file":"bytes","image":"x","k":3})"),
                                            {{"file", ""}, {"image", ""}}, type);
    EXPECT_TRUE(type.starts_with("multipart/form-data; boundary="));
    EXPECT_NE(body.find("name=\"file\"; filename=\"file.bin\"\r\nContent-Type: "
                        "application/octet-stream\r\n\r\nbytes\r\n"),
              std::string::npos);
    EXPECT_NE(body.find("filename=\"image.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG"),
              std::string::npos);
    EXPECT_NE(body.find("name=\"k\"\r\n\r\n3\r\n"), std::string::npos);
    EXPECT_TRUE(body.ends_with("--\r\n"));
}

}  // namespace
}  // namespace mettle::protocols::openapi
