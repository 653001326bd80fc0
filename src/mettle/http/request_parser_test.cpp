#include "mettle/http/request_parser.hpp"

#include <gmock/gmock.h>

namespace mettle::http {
namespace {

using Progress = RequestParser::Progress;

struct RequestParserTest : ::testing::Test {
    int refusal_of(std::string_view bytes) {
        RequestParser fresh(limits);
        const Progress progress = fresh.parse_head(bytes, request);
        return progress == Progress::refused ? fresh.refusal().status
               : progress == Progress::done  ? 200
                                             : 0;
    }

    Limits limits{.max_head_bytes = 512, .max_headers = 3, .max_body_bytes = 1000};
    RequestParser parser{limits};
    Request request;
};

TEST_F(RequestParserTest, GivesViewsOfARequest) {
    const std::string_view bytes =
        "POST /v2/models/a/infer?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
    ASSERT_EQ(parser.parse_head(bytes, request), Progress::done);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/v2/models/a/infer");
    EXPECT_EQ(request.query, "x=1");
    EXPECT_EQ(request.header("content-length"), "5");
    EXPECT_EQ(parser.content_length(), 5u);
    EXPECT_EQ(bytes.substr(parser.head_size()), "hello");
    EXPECT_TRUE(request.keep_alive);
}

TEST_F(RequestParserTest, WaitsForTheWholeHead) {
    const std::string_view bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        ASSERT_EQ(parser.parse_head(bytes.substr(0, length), request), Progress::need_more)
            << length;
    }
    EXPECT_EQ(parser.parse_head(bytes, request), Progress::done);
}

// Beast once kept a request line that arrived before the rest, and took the next bytes for headers.
TEST_F(RequestParserTest, TakesAHeadInTwoPiecesCutAnywhere) {
    const std::string bytes = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nA: b\r\n\r\n";
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        RequestParser fresh(limits);
        const std::string moved = bytes.substr(0, cut);
        ASSERT_EQ(fresh.parse_head(moved, request), Progress::need_more) << cut;
        ASSERT_EQ(fresh.parse_head(bytes, request), Progress::done) << cut;
        ASSERT_EQ(request.path, "/p") << cut;
        ASSERT_EQ(request.headers.size(), 3u);
    }
}

TEST_F(RequestParserTest, KeepsOldConnectionsOnlyWhenAsked) {
    ASSERT_EQ(parser.parse_head("GET / HTTP/1.0\r\n\r\n", request), Progress::done);
    EXPECT_FALSE(request.keep_alive);
    EXPECT_TRUE(request.http10);
    parser.reset();
    ASSERT_EQ(parser.parse_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", request),
              Progress::done);
    EXPECT_TRUE(request.keep_alive);
}

TEST_F(RequestParserTest, RefusesWhatIsNoRequestWithItsStatus) {
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n\r\n"), 400);  // No Host.
    EXPECT_EQ(refusal_of("\x16\x03\x01\x02garbage\r\n\r\n"), 400);
    EXPECT_EQ(refusal_of("GET nowhere HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
    EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"), 400);
    EXPECT_EQ(
        refusal_of("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        400);
    EXPECT_EQ(
        refusal_of("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        400);
    EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                         "chunked\r\nContent-Length: 3\r\n\r\n"),
              400);
    for (const char* coding : {"xchunked", "gzip", "chunked, chunked", "gzip, chunked",
                               "chunked\r\nTransfer-Encoding: chunked"}) {
        EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: " +
                             std::string(coding) + "\r\n\r\n"),
                  501)
            << coding;
    }
    EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"), 413);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: h\r\na: 1\r\nb: 2\r\nc: 3\r\n\r\n"), 431);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: " + std::string(600, 'h')), 431);
    EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: h\r\na: 1\r\n folded\r\n\r\n"), 400);
}

TEST_F(RequestParserTest, TakesChunksThatArriveByteByByte) {
    const std::string_view head =
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string_view chunks =
        "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\nNEXT";
    ASSERT_EQ(parser.parse_head(head, request), Progress::done);
    ASSERT_TRUE(parser.chunked());
    std::string body, pending;
    std::size_t taken = 0;
    for (const char byte : chunks) {
        pending += byte;
        std::size_t used = 0;
        const Progress progress = parser.parse_chunks(pending, body, used);
        ASSERT_NE(progress, Progress::refused) << parser.refusal().message;
        pending.erase(0, used);
        taken += used;
        if (progress == Progress::done) break;
    }
    EXPECT_EQ(body, "hello world");
    EXPECT_EQ(chunks.substr(taken), "NEXT");
}

TEST_F(RequestParserTest, RefusesWrongChunkSizesAndBodiesBeyondTheLimit) {
    const std::string_view head =
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const auto& [chunks, status] :
         {std::pair<std::string, int>{"zz\r\nhello\r\n", 400},
          {"3\r\nhello\r\n0\r\n\r\n", 400},
          {"7d0\r\n" + std::string(2000, 'x') + "\r\n0\r\n\r\n", 413}}) {
        RequestParser fresh(limits);
        std::string body;
        std::size_t used = 0;
        ASSERT_EQ(fresh.parse_head(head, request), Progress::done);
        EXPECT_EQ(fresh.parse_chunks(chunks, body, used), Progress::refused)
            << chunks.substr(0, 20);
        EXPECT_EQ(fresh.refusal().status, status);
        EXPECT_LE(body.size(), limits.max_body_bytes);
    }
}

}  // namespace
}  // namespace mettle::http
