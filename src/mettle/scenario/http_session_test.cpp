#include "mettle/scenario/http_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::scenario {
namespace {

using load::Attempt;
using load::Outcome;
using Then = load::AnswerReader::Then;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct HttpSessionTest : ::testing::Test, HttpSession::Asker {
    void on_answer(Attempt& /*attempt*/, const AnswerSeen& answer) override {
        seen_body = answer.body;
        seen_status = answer.status;
    }
    std::string sent(const RequestParts& parts) {
        const auto prepared = session.prepare(parts);
        EXPECT_TRUE(prepared) << (prepared ? "" : prepared.error().message);
        session.fill(attempt);
        return std::string(attempt.made->bytes);
    }
    Then answer(int status, std::string head, std::string body = "") {
        attempt.outcome = Outcome::ok;
        head = "HTTP/1.1 " + std::to_string(status) + " X\r\n" + head;
        load::AnswerReader& reader = *attempt.reader;
        return reader.on_answer(attempt, {status, head, body});
    }

    HttpSetup setup{
        {http::parse_url("http://a:1/api/").value(), http::parse_url("http://b:2").value()},
        {{"Accept", "*/*"}}};
    protocols::DetailTexts details;
    HttpSession session{setup, details, *this};
    Attempt attempt;
    std::string seen_body;
    int seen_status = 0;
};

TEST_F(HttpSessionTest, RendersARequestBehindTheBasePath) {
    EXPECT_EQ(
        sent({.method = "POST", .target = "/x?q=1", .body = "hi", .content_type = "text/plain"}),
        "POST /api/x?q=1 HTTP/1.1\r\nAccept: */*\r\nHost: a:1\r\nContent-Type: text/plain\r\n"
        "Content-Length: 2\r\n\r\nhi");
    EXPECT_FALSE(attempt.made->is_head);
}

TEST_F(HttpSessionTest, TheNearestHeaderWins) {
    session.headers() = {{"accept", "text/html"}, {"X-User", "u"}};
    const std::vector<http::Header> own = {{"x-user", "request"}};
    const std::string bytes = sent({.headers = own});
    EXPECT_THAT(bytes, HasSubstr("accept: text/html"));
    EXPECT_THAT(bytes, HasSubstr("x-user: request"));
    EXPECT_THAT(bytes, Not(HasSubstr("*/*")));
}

TEST_F(HttpSessionTest, AnAbsoluteUrlGoesToItsHostIfTheLoadKnowsIt) {
    EXPECT_THAT(sent({.target = "http://b:2/y"}), StartsWith("GET /y HTTP/1.1\r\n"));
    EXPECT_EQ(attempt.made->origin, 1);
    const auto unknown = session.prepare({.target = "http://c/y"});
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().message, HasSubstr("http://c"));
}

TEST_F(HttpSessionTest, CookiesComeBackOnTheNextRequest) {
    sent({.target = "/login"});
    EXPECT_EQ(answer(200, "Set-Cookie: id=7; Path=/\r\nset-cookie: b=2; Path=/\r\n"), Then::done);
    EXPECT_THAT(sent({.target = "/x"}), HasSubstr("\r\nCookie: id=7; b=2\r\n"));
}

TEST_F(HttpSessionTest, FollowsARedirectAndDropsThePostedBody) {
    sent({.method = "POST", .target = "/old", .body = "hi", .content_type = "text/plain"});
    EXPECT_EQ(answer(302, "Location: /new\r\nSet-Cookie: id=7; Path=/\r\n"), Then::send_again);
    const std::string again(attempt.made->bytes);
    EXPECT_THAT(again, StartsWith("GET /new HTTP/1.1\r\n"));
    EXPECT_THAT(again, Not(HasSubstr("ontent-")));
    EXPECT_THAT(again, HasSubstr("Cookie: id=7"));
    EXPECT_EQ(answer(200, "", "there"), Then::done);
    EXPECT_EQ(seen_body, "there");
}

TEST_F(HttpSessionTest, A307KeepsMethodAndBody) {
    sent({.method = "PUT", .target = "/f/old", .body = "hi"});
    EXPECT_EQ(answer(307, "Location: new\r\n"), Then::send_again);
    EXPECT_THAT(std::string(attempt.made->bytes), StartsWith("PUT /api/f/new HTTP/1.1\r\n"));
    EXPECT_THAT(std::string(attempt.made->bytes), HasSubstr("\r\n\r\nhi"));
}

TEST_F(HttpSessionTest, ARedirectToAStrangerOrInACircleFails) {
    sent({});
    EXPECT_EQ(answer(302, "Location: http://evil/x\r\n"), Then::done);
    EXPECT_EQ(attempt.outcome, Outcome::status);
    EXPECT_THAT(std::string(attempt.detail), HasSubstr("http://evil"));
    sent({});
    int count = 0;
    while (answer(302, "Location: /again\r\n") == Then::send_again) ++count;
    EXPECT_EQ(count, HttpSetup::kMostRedirects);
    EXPECT_EQ(attempt.outcome, Outcome::status);
}

TEST_F(HttpSessionTest, RedirectsMayBeTheUsersBusiness) {
    sent({.follow_redirects = false});
    EXPECT_EQ(answer(302, "Location: /x\r\n"), Then::done);
    EXPECT_EQ(seen_status, 302);
}

TEST_F(HttpSessionTest, DecodesGzipAndSaysWhatIsNone) {
    const std::string packed(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\xc8\x04\x00\xac\x2a\x93\xd8\x02\x00\x00\x00",
        22);
    sent({});
    answer(200, "Content-Encoding: gzip\r\n", packed);
    EXPECT_EQ(seen_body, "hi");
    sent({});
    answer(200, "Content-Encoding: gzip\r\n", "plain");
    EXPECT_EQ(attempt.outcome, Outcome::protocol);
}

}  // namespace
}  // namespace mettle::scenario
