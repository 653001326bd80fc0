#include "mettle/scenario/imported_request.hpp"

#include "mettle/scenario/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(Curl, ReadsWhatABrowserCopies) {
    const auto request = parse_curl(R"sh(curl 'https://shop.example/api/cart?x=1' \
  -H 'accept: application/json' \
  -H 'content-type: application/json' \
  -H 'cookie: s=1' \
  --data-raw $'{"say":"it\'s \u00e4","n":[1, 2]}' \
  --compressed)sh");
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url, "https://shop.example/api/cart?x=1");
    EXPECT_EQ(request->body, "{\"say\":\"it's \u00e4\",\"n\":[1, 2]}");
    EXPECT_EQ(request->headers.size(), 3U);
}

TEST(Curl, ReadsWhatPeopleType) {
    const auto read = [](const char* text) { return parse_curl(text).value(); };
    EXPECT_EQ(read("curl -sSL -XPUT localhost:8000/a -d a=1 -d 'b=2 3'").method, "PUT");
    EXPECT_EQ(read("curl localhost:8000/a -d a=1 -d 'b=2 3'").body, "a=1&b=2 3");
    EXPECT_EQ(read("curl localhost/a -d @x.bin").body_file, "x.bin");
    EXPECT_EQ(read("curl -G localhost/a --data-urlencode 'q=a b'").url,
              "http://localhost/a?q=a%20b");
    EXPECT_EQ(read("curl -G localhost/a -d q=1").method, "GET");
    EXPECT_EQ(read("curl -I localhost").method, "HEAD");
    EXPECT_EQ(read("curl --json '{}' localhost").headers,
              (http::HeaderList{{"Content-Type", "application/json"}}));
    EXPECT_EQ(read("curl -u anna:pass:word localhost").password, "pass:word");
    EXPECT_THAT(
        read("curl -F 'f=@a.png;type=image/png' -F t=x localhost").parts,
        ElementsAre(ImportedPart{"f", "", "a.png", "image/png"}, ImportedPart{"t", "x", "", ""}));
}

TEST(Curl, SaysWhatItDoesNotUnderstand) {
    const auto message = [](const char* text) { return parse_curl(text).error().message; };
    EXPECT_THAT(message("wget x"), HasSubstr("begins with 'curl'"));
    EXPECT_THAT(message("curl"), HasSubstr("no URL"));
    EXPECT_THAT(message("curl 'x"), HasSubstr("not closed"));
    EXPECT_THAT(message("curl --proxy p x"), HasSubstr("--proxy is not understood"));
    EXPECT_THAT(message("curl x -Z"), HasSubstr("-Z is not understood"));
    EXPECT_THAT(message("curl x | jq"), HasSubstr("'|' is the shell's"));
    EXPECT_THAT(message("curl x -H"), HasSubstr("-H has no value"));
}

TEST(Har, KeepsTheFirstHostsRequestsInTheirOrder) {
    const auto har = parse_har(R"({"log":{"entries":[
{"startedDateTime":"2026-01-31T12:00:00.000Z","request":{"method":"GET","url":"https://a.example/","headers":[{"name":":authority","value":"a"},{"name":"Accept","value":"*/*"}]}},
{"startedDateTime":"2026-01-31T12:00:01.000Z","request":{"method":"GET","url":"https://ads.example/x"}},
{"startedDateTime":"2026-01-31T12:00:02.500Z","request":{"method":"POST","url":"https://a.example/login","headers":[{"name":"Content-Type","value":"application/json"}],"postData":{"text":"{\"u\":1}"}}}]}})");
    ASSERT_TRUE(har) << har.error().message;
    EXPECT_EQ(har->requests.size(), 2U);
    EXPECT_EQ(har->left_out, 1U);
    EXPECT_EQ(har->requests[1].body, "{\"u\":1}");
    EXPECT_DOUBLE_EQ(har->requests[1].wait_before_s, 2.5);
    EXPECT_FALSE(parse_har("{}"));
    EXPECT_FALSE(parse_har("["));
    EXPECT_FALSE(parse_har(R"({"log":{"entries":[1, {"request": 2}]}})"));
}

Scenario read_back(const std::string& text) {
    ReadOptions options;
    options.read_file = [](const std::string&) -> Result<std::string> { return "content"; };
    Mistakes mistakes;
    Scenario scenario = read_scenario(text, "a.yaml", options, mistakes);
    EXPECT_EQ(mistakes.to_string(), "") << text;
    return scenario;
}

const RequestStep& request_of(const Scenario& scenario, std::size_t task, std::size_t step = 0) {
    return std::get<RequestStep>(scenario.users.at(0).set.tasks.at(task).steps.at(step).what);
}

TEST(ScenarioWriter, WhatItWritesIsReadBackAsTheSameRequests) {
    ImportedRequest json;
    json.method = "POST";
    json.url = "http://a.example:81/api?q=${x}";
    json.headers = {{"Content-Type", "application/json"}, {"X-A", "a: \"b\" ${c}"}, {"Host", "x"}};
    json.body = R"({"big":12345678901234567890,"a":[1,"${y}",null]})";
    ImportedRequest text = json;
    text.headers = {{"Content-Type", "text/csv"}};
    text.body = "a,b\n1,\"ä\"\n";
    ImportedRequest form = json;
    form.headers.clear();
    form.body.clear();
    form.parts = {{"f", "", "a.png", "image/png"}, {"t", "x y", "", ""}};
    const Scenario scenario = read_back(write_scenario({json, text, form}, {{"a comment"}, false}));
    EXPECT_EQ(scenario.target, "http://a.example:81");
    EXPECT_EQ(request_of(scenario, 0).target.text(), "/api?q=${x}");
    EXPECT_EQ(request_of(scenario, 0).body.text(), json.body);
    EXPECT_EQ(request_of(scenario, 0).headers.at(0).value.text(), "a: \"b\" ${c}");
    EXPECT_EQ(request_of(scenario, 0).headers.size(), 1U);
    EXPECT_EQ(request_of(scenario, 1).body.text(), text.body);
    EXPECT_THAT(request_of(scenario, 2).body.text(), HasSubstr("content"));
}

TEST(ScenarioWriter, ARecordingIsOneTaskWithItsPauses) {
    ImportedRequest first, second;
    first.url = "http://a.example/";
    second.url = "http://a.example/b";
    second.wait_before_s = 2.5;
    const Scenario scenario = read_back(write_scenario({first, second}, {{}, true}));
    ASSERT_EQ(scenario.users.at(0).set.tasks.size(), 1U);
    EXPECT_EQ(scenario.users.at(0).set.tasks[0].steps.size(), 3U);
    EXPECT_EQ(request_of(scenario, 0, 2).target.text(), "/b");
}

}  // namespace
}  // namespace mettle::scenario
