#include "mettle/http/response_scanner.hpp"

#include <gtest/gtest.h>

namespace mettle::http {
namespace {

constexpr std::string_view kPlain =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer-Timing: infer;dur=1.5\r\n\r\nhello";

// As WireClient does it: what was not taken comes again with more behind it.
struct Feeder {
    explicit Feeder(ResponseScanner::Want want = {.keep_body = true}) { scanner.begin(want); }

    // Gives `text` in pieces of `piece` bytes; returns what was left at the end.
    std::string feed(std::string_view text, std::size_t piece) {
        while (!text.empty() && !scanner.done() && scanner.error().empty()) {
            const std::size_t size = std::min(piece, text.size());
            rest.append(text.substr(0, size));
            text.remove_prefix(size);
            const std::size_t used = scanner.consume(rest);
            body = scanner.body();  // A view of `rest`.
            rest.erase(0, used);
        }
        return rest + std::string(text);
    }

    ResponseScanner scanner;
    std::string rest;
    std::string body;
};

std::string body_of(std::string_view text, std::size_t piece = 1) {
    Feeder feeder;
    feeder.feed(text, piece);
    EXPECT_TRUE(feeder.scanner.done()) << feeder.scanner.error();
    return feeder.body;
}

std::string error_of(std::string_view text, ResponseScanner::Want want = {.keep_body = true}) {
    Feeder feeder(want);
    feeder.feed(text, 7);
    if (feeder.scanner.error().empty()) feeder.scanner.end_of_stream();
    return std::string(feeder.scanner.error());
}

TEST(ResponseScanner, TakesAWholeAnswerWithoutCopyingItsBody) {
    ResponseScanner scanner;
    scanner.begin({.keep_body = true});
    EXPECT_EQ(scanner.consume(kPlain), kPlain.size());
    EXPECT_TRUE(scanner.done());
    EXPECT_EQ(scanner.status(), 200);
    EXPECT_TRUE(scanner.keep_alive());
    EXPECT_EQ(scanner.body().data(), kPlain.data() + kPlain.size() - 5);
    EXPECT_EQ(scanner.server_timing().times[ServerTiming::infer], 15000);
}

TEST(ResponseScanner, TakesAnswersByteByByte) {
    for (const std::size_t piece : {1, 2, 3, 5, 1000}) {
        EXPECT_EQ(body_of(kPlain, piece), "hello");
        EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "1\r\nh\r\n4;x=y\r\nello\r\n0\r\nTrailer: t\r\n\r\n",
                          piece),
                  "hello");
        EXPECT_EQ(body_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", piece),
                  "");
        EXPECT_EQ(body_of("HTTP/1.0 200 OK\nContent-Length: 2\n\nok", piece), "ok");
    }
}

TEST(ResponseScanner, LeavesWhatBelongsToTheNextAnswer) {
    Feeder feeder;
    EXPECT_EQ(feeder.feed(std::string(kPlain) + "HTTP", 1000), "HTTP");
}

TEST(ResponseScanner, ABodyWithoutALengthEndsWithTheStream) {
    Feeder feeder;
    feeder.feed("HTTP/1.1 200 OK\r\n\r\nall of it", 4);
    EXPECT_FALSE(feeder.scanner.done());
    feeder.scanner.end_of_stream();
    EXPECT_TRUE(feeder.scanner.done());
    EXPECT_FALSE(feeder.scanner.keep_alive());
    EXPECT_EQ(feeder.scanner.body(), "all of it");
}

TEST(ResponseScanner, KnowsWhichAnswersHaveNoBody) {
    for (const std::string_view text : {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
                                        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"}) {
        EXPECT_EQ(body_of(text), "");
    }
    Feeder head({.is_head = true});
    head.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 9);
    EXPECT_TRUE(head.scanner.done());
}

TEST(ResponseScanner, KnowsWhenTheConnectionCloses) {
    const auto keeps = [](std::string_view head) {
        Feeder feeder;
        feeder.feed(head, 1000);
        return feeder.scanner.keep_alive();
    };
    EXPECT_FALSE(keeps("HTTP/1.1 200 OK\r\nconnection: Close\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_TRUE(keeps("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"));
}

TEST(ResponseScanner, SaysWhatIsWrong) {
    EXPECT_EQ(error_of("SSH-2.0-OpenSSH"), "the answer does not begin with HTTP/1.");
    EXPECT_EQ(error_of("HTTP/1.1 abc\r\n\r\n"), "the answer's status line is malformed");
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"),
              "a line of the answer's head is no header");
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
              "the answer's Content-Length is no size");
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
              "the answer has two different Content-Length headers");
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(error_of(chunked + "xyz\r\n"), "a chunk's size is no hexadecimal number");
    EXPECT_EQ(error_of(chunked + "\r\n"), "a chunk's size is no hexadecimal number");
    EXPECT_EQ(error_of(chunked + "ffffffffffffffffff\r\n"), "a chunk's size is beyond all bounds");
    EXPECT_EQ(error_of(chunked + "1\r\nab"), "a chunk is longer than its size");
    EXPECT_EQ(error_of(""), "closed without an answer");
    EXPECT_EQ(error_of(kPlain.substr(0, kPlain.size() - 1)), "closed before the whole answer");
}

TEST(ResponseScanner, BoundsWhatAnswersMayDo) {
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x')),
              "the head of the answer is longer than 64 KiB");
    std::string interim;
    for (int count = 0; count < 20; ++count) interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
    EXPECT_EQ(error_of(interim), "more than 16 interim answers came");
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\n\r\n" + std::string(100, 'x'),
                       {.keep_body = true, .max_body = 64}),
              "the answer's body is larger than is accepted");
    EXPECT_EQ(error_of("HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n", {.max_body = 64}),
              "the answer's body is larger than is accepted");
}

}  // namespace
}  // namespace mettle::http
