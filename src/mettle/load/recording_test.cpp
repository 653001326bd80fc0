#include "mettle/load/recording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::load {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Trace, SecondsCountFromTheStartOfTheLoad) {
    const auto trace = parse_trace("# t\n0.5\n\n2\n1.25\n");
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_THAT(trace->moments, ElementsAre(500ms, 1250ms, 2s));
    EXPECT_THAT(trace->requests, IsEmpty());
}

TEST(Trace, MomentsOfTheCalendarCountFromTheEarliest) {
    const auto trace = parse_trace("2026-11-24T12:00:01.5Z\r\n2026-11-24T13:00:00+01:00\r\n");
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_THAT(trace->moments, ElementsAre(0s, 1500ms));
    EXPECT_THAT(parse_trace("1795521600\n1795521600.25")->moments, ElementsAre(0s, 250ms));
}

TEST(Trace, PayloadsGoWithTheirMoments) {
    const auto trace = parse_trace(
        "{\"t\": 2, \"payload\": {\"x\": [1, 2]}}\n{\"t\": 1, \"payload\": \"as it "
        "is\"}\n{\"t\":3}");
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_THAT(trace->moments, ElementsAre(1s, 2s, 3s));
    ASSERT_EQ(trace->requests.size(), 3);
    EXPECT_EQ(trace->requests[0].body, "as it is");
    EXPECT_EQ(trace->requests[1].body, "{\"x\":[1,2]}");
    EXPECT_EQ(trace->requests[2].body, "");
}

TEST(Trace, SaysWhichLineIsWrong) {
    const std::pair<const char*, const char*> wrong[] = {
        {"1\n2\nsoon\n", "line 3: 'soon'"},
        {"-1", "line 1"},
        {"1795521600123", "line 1"},  // Milliseconds.
        {"1\n{\"time\": 2}", "line 2: there is no \"t\""},
        {"{\"t\": [1]}", "neither a number"},
        {"{", "no JSON object"},
        {"1\n2026-11-24T12:00:00Z", "line 2: seconds from the start"},
        {"# nothing\n", "no moment"},
    };
    for (const auto& [text, why] : wrong) {
        const auto trace = parse_trace(text);
        ASSERT_FALSE(trace) << text;
        EXPECT_THAT(trace.error().message, HasSubstr(why)) << text;
    }
}

TEST(AccessLog, ReadsTheCombinedFormatAndSkipsWhatIsNoRequest) {
    const auto log = parse_access_log(
        "10.0.0.1 - ann [24/Nov/2026:12:00:01 +0000] \"GET /a?b=1 HTTP/1.1\" 200 12 \"-\" \"x\"\n"
        "10.0.0.1 - - [24/Nov/2026:12:00:00 +0000] \"POST /b HTTP/1.1\" 201 3\n"
        "10.0.0.9 - - [24/Nov/2026:12:00:02 +0000] \"\\x16\\x03\\x01\" 400 0\n"
        "what?\n");
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_THAT(log->moments, ElementsAre(0s, 1s));
    EXPECT_THAT(log->requests, ElementsAre(RecordedRequest{"POST", "/b", ""},
                                           RecordedRequest{"GET", "/a?b=1", ""}));
    EXPECT_EQ(log->skipped, 2);
    EXPECT_THAT(log->first_skipped, HasSubstr("line 3"));
}

TEST(AccessLog, ReadsJsonOfSeveralServers) {
    const auto log = parse_access_log(
        R"({"ts":1795521600.5,"request":{"method":"GET","uri":"/caddy"}})"
        "\n"
        R"({"time":"2026-11-24T12:00:00.25Z","request":"GET http://h:80/nginx HTTP/1.1"})"
        "\n"
        R"({"@timestamp":"2026-11-24T12:00:01.75Z","method":"POST","path":"/x","body":{"a":1}})");
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_THAT(log->moments, ElementsAre(0s, 250ms, 1500ms));
    EXPECT_THAT(log->requests, ElementsAre(RecordedRequest{"GET", "/nginx", ""},
                                           RecordedRequest{"GET", "/caddy", ""},
                                           RecordedRequest{"POST", "/x", "{\"a\":1}"}));
}

// Four requests within a second of a log that knows only seconds did not come at once.
TEST(AccessLog, SpreadsTheRequestsOfASecondOverIt) {
    const std::string line = "h - - [24/Nov/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n";
    const auto log = parse_access_log(line + line + line + line);
    EXPECT_THAT(log->moments, ElementsAre(0s, 250ms, 500ms, 750ms));
}

TEST(AccessLog, FailsWhenNoLineIsARequest) {
    const auto log = parse_access_log("this is\nno log\n");
    ASSERT_FALSE(log);
    EXPECT_THAT(log.error().message, HasSubstr("line 1: there is no [time]"));
    EXPECT_FALSE(parse_access_log(""));
}

TEST(Recording, CanBePlayedFaster) {
    auto trace = parse_trace("1\n4\n");
    play_at(*trace, 2);
    EXPECT_THAT(trace->moments, ElementsAre(500ms, 2s));
}

}  // namespace
}  // namespace mettle::load
