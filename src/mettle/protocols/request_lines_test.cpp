#include "mettle/protocols/request_lines.hpp"

#include <gmock/gmock.h>

namespace mettle::protocols {
namespace {

using ::testing::HasSubstr;

std::string error_of(std::string_view text) {
    const auto lines = parse_request_lines(text, "f");
    return lines ? "" : lines.error().message;
}

const http::Url kTarget = *http::parse_url("http://h:1");

TEST(RequestLines, ReadsAllFields) {
    const auto lines = parse_request_lines(
        R"({"method":"PUT","url":"/a?x=1","headers":{"X-Sign":"s"},"body":"text","name":"put"})"
        "\n\n"
        R"({"url":"http://h:1/b","body":{"z":1,"a":2}})"
        "\n"
        R"({"url":"/c","body_base64":"AAE="})",
        "f");
    ASSERT_TRUE(lines) << lines.error().message;
    EXPECT_EQ((*lines)[0].request.method, "PUT");
    EXPECT_EQ((*lines)[0].request.target, "/a?x=1");
    EXPECT_EQ((*lines)[0].request.headers[0].second, "s");
    EXPECT_EQ((*lines)[0].name, "put");
    EXPECT_EQ((*lines)[1].line, 3u);
    EXPECT_EQ((*lines)[1].request.method, "POST");
    EXPECT_EQ((*lines)[1].request.body, R"({"z":1,"a":2})");
    EXPECT_EQ((*lines)[1].request.headers[0].second, "application/json");
    EXPECT_EQ((*lines)[2].request.body, std::string_view("\0\1", 2));
    EXPECT_EQ((*lines)[2].name, "/c");
}

TEST(RequestLines, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(error_of("{\"url\":\"/\"}\n{\"method\":\"GET\"}"), "f:2: it has no url");
    EXPECT_THAT(error_of(R"({"url":"/","verb":"GET"})"), HasSubstr("f:1: there is no 'verb'"));
    EXPECT_THAT(error_of(R"({"url":7})"), HasSubstr("'url' is no text"));
    EXPECT_THAT(error_of(R"({"url":"/a b"})"), HasSubstr("space"));
    EXPECT_THAT(error_of(R"({"url":"ftp://h"})"), HasSubstr("scheme"));
    EXPECT_THAT(error_of(R"({"url":"/","method":"G T"})"), HasSubstr("no method"));
    EXPECT_THAT(error_of(R"({"url":"/","headers":{"A":"b\r\nC: d"}})"), HasSubstr("no header"));
    EXPECT_THAT(error_of(R"({"url":"/","headers":{"content-length":"5"}})"), HasSubstr("leave it"));
    EXPECT_THAT(error_of(R"({"url":"/","body_base64":"?"})"), HasSubstr("not base64"));
    EXPECT_THAT(error_of(""), HasSubstr("empty"));
}

TEST(RequestLines, ATaskIsAsFrequentAsItsLines) {
    auto lines = parse_request_lines(
        "{\"url\":\"/a\"}\n{\"url\":\"/b\"}\n{\"url\":\"http://h:1/a?2\"}\n", "f");
    const auto tasks = make_line_tasks(std::move(*lines), kTarget, {{"K", "v"}}, "f");
    ASSERT_TRUE(tasks) << tasks.error().message;
    ASSERT_EQ(tasks->size(), 2u);
    EXPECT_EQ((*tasks)[0].name, "/a");
    EXPECT_EQ((*tasks)[0].weight, 2);
    EXPECT_EQ((*tasks)[0].requests[1].request.headers[0].first, "K");
    EXPECT_EQ((*tasks)[0].requests[1].id, "f:3");
}

TEST(RequestLines, AnotherOriginIsRefused) {
    auto lines = parse_request_lines(R"({"url":"http://other/a"})", "f");
    EXPECT_THAT(make_line_tasks(std::move(*lines), kTarget, {}, "f").error().message,
                HasSubstr("f:1: it goes to http://other"));
}

}  // namespace
}  // namespace mettle::protocols
