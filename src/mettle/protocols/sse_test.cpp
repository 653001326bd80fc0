#include "mettle/protocols/sse.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace mettle::protocols {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Events final : SseSink {
    void on_event(const SseEvent& event) override {
        list.push_back(std::string(event.type) + "/" + std::string(event.data) + "/" +
                       std::string(event.id));
    }
    std::vector<std::string> list;
};

std::vector<std::string> events_of(std::string_view stream, std::size_t step = SIZE_MAX) {
    SseParser parser;
    Events events;
    while (!stream.empty()) {
        EXPECT_TRUE(parser.feed(stream.substr(0, step), events));
        stream.remove_prefix(std::min(step, stream.size()));
    }
    return events.list;
}

TEST(Sse, AnEmptyLineEndsAnEvent) {
    EXPECT_THAT(events_of("data: a\n\ndata: b\n\n"), ElementsAre("message/a/", "message/b/"));
    EXPECT_THAT(events_of("data: never ended\n"), IsEmpty());
}

TEST(Sse, TakesAllThreeEndsOfLine) {
    EXPECT_THAT(events_of("data: a\r\rdata: b\r\n\r\ndata: c\n\n"),
                ElementsAre("message/a/", "message/b/", "message/c/"));
}

TEST(Sse, JoinsDataAndKeepsTypeAndId) {
    EXPECT_THAT(events_of("event: add\nid: 7\ndata: one\ndata:two\ndata\n\ndata: next\n\n"),
                ElementsAre("add/one\ntwo\n/7", "message/next/7"));
}

TEST(Sse, LeavesOutCommentsUnknownFieldsAndEventsWithoutData) {
    EXPECT_THAT(events_of(": ping\n\nevent: x\n\nretry: 5\nfoo: bar\ndata:  two spaces\n\n"),
                ElementsAre("message/ two spaces/"));
}

TEST(Sse, AByteOrderMarkIsTakenOnceAtTheBeginning) {
    EXPECT_THAT(events_of("\xEF\xBB\xBF"
                          "data: a\n\n"),
                ElementsAre("message/a/"));
    EXPECT_THAT(events_of("\n\xEF\xBB\xBF"
                          "data: a\n\n"),
                IsEmpty());
}

TEST(Sse, AnyCutGivesTheSameEvents) {
    const std::string_view stream =
        "\xEF\xBB\xBF"
        "data: a\r\n\r\nevent: e\r\ndata: b\rdata: c\n\n: x\nid\ndata: d\r\r";
    for (std::size_t step = 1; step < stream.size(); ++step)
        EXPECT_EQ(events_of(stream, step), events_of(stream)) << step;
    EXPECT_EQ(events_of(stream).size(), 3u);
}

TEST(Sse, LinesAndEventsAreBounded) {
    Events events;
    SseParser line;
    EXPECT_FALSE(line.feed("data: " + std::string(SseParser::kMostBytes, 'x'), events));
    EXPECT_FALSE(line.feed("\n\ndata: a\n\n", events));
    SseParser event;
    const std::string half = "data: " + std::string(SseParser::kMostBytes * 2 / 3, 'x') + "\n";
    EXPECT_TRUE(event.feed(half, events));
    EXPECT_FALSE(event.feed(half, events));
    EXPECT_THAT(events.list, IsEmpty());
    event.reset();
    EXPECT_TRUE(event.feed("data: again\n\n", events));
    EXPECT_THAT(events.list, ElementsAre("message/again/"));
}

}  // namespace
}  // namespace mettle::protocols
