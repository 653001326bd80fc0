#include "mettle/protocols/openai/stream_meter.hpp"

#include <gmock/gmock.h>

namespace mettle::protocols::openai {
namespace {

using ::testing::ElementsAre;

std::string chunk(std::string_view content) {
    return R"(data: {"choices":[{"index":0,"delta":{"content":")" + std::string(content) +
           "\"}}]}\n\n";
}

constexpr std::string_view kRole =
    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
constexpr std::string_view kUsage =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":9}}\n\n";
constexpr std::string_view kDone = "data: [DONE]\n\n";

TEST(StreamMeter, MeasuresTheFirstTokenAndTheGapsBetweenTheNext) {
    StreamMeter meter;
    meter.feed(kRole, 100);
    meter.feed(chunk("a"), 1000);
    meter.feed(chunk("b") + chunk("c"), 1500);
    meter.feed(chunk("d"), 3500);
    meter.feed(kDone, 4000);
    EXPECT_EQ(meter.flaw(), "");
    EXPECT_EQ(meter.first_token_ns(), 1000);
    EXPECT_EQ(meter.last_token_ns(), 3500);
    EXPECT_THAT(meter.gaps_ns(), ElementsAre(500, 0, 2000));
    EXPECT_EQ(meter.tokens(), 4);
}

TEST(StreamMeter, AnEventThatIsCutComesWhenItIsWhole) {
    StreamMeter meter;
    const std::string whole = chunk("a");
    meter.feed(whole.substr(0, 30), 1000);
    EXPECT_EQ(meter.first_token_ns(), 0);
    meter.feed(whole.substr(30), 2000);
    EXPECT_EQ(meter.first_token_ns(), 2000);
}

TEST(StreamMeter, BelievesTheUsageMoreThanTheChunks) {
    StreamMeter meter;
    meter.feed(chunk("several tokens") + std::string(kUsage) + std::string(kDone), 1000);
    EXPECT_EQ(meter.flaw(), "");
    EXPECT_EQ(meter.tokens(), 9);
    EXPECT_EQ(meter.usage().prompt_tokens, 5);
}

TEST(StreamMeter, CompletionsReasoningAndToolsAreTokensToo) {
    StreamMeter meter;
    meter.feed("data: {\"choices\":[{\"text\":\"a\"}],\"usage\":null}\n\n", 1);
    meter.feed(
        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"b\",\"content\":null}}]}\n\n", 2);
    meter.feed("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{}]}}]}\n\n", 3);
    meter.feed(kDone, 4);
    EXPECT_EQ(meter.flaw(), "");
    EXPECT_EQ(meter.tokens(), 3);
}

TEST(StreamMeter, SaysWhatIsWrong) {
    const auto flaw = [](const std::string& stream) {
        StreamMeter meter;
        meter.feed(stream, 1);
        return meter.flaw();
    };
    EXPECT_EQ(flaw(chunk("a")), "the stream ended without [DONE]");
    EXPECT_EQ(flaw(std::string(kRole) + std::string(kDone)), "the stream has no token");
    EXPECT_EQ(flaw(chunk("a") + "data: {\"error\":{\"message\":\"x\"}}\n\n" + std::string(kDone)),
              "the stream tells an error");
    EXPECT_EQ(flaw("data: <html>\n\n"), "an event of the stream is not the JSON of a chunk");
    EXPECT_EQ(flaw("data: {\"choices\":7}\n\n"),
              "an event of the stream is not the JSON of a chunk");
}

TEST(StreamMeter, BeginForgetsTheLastStream) {
    StreamMeter meter;
    meter.feed(chunk("a") + chunk("b"), 5);
    meter.begin();
    meter.feed(chunk("c") + std::string(kDone), 7);
    EXPECT_EQ(meter.tokens(), 1);
    EXPECT_EQ(meter.first_token_ns(), 7);
    EXPECT_TRUE(meter.gaps_ns().empty());
}

TEST(AnswerReader, ReadsChatsCompletionsAndEmbeddings) {
    AnswerReader reader;
    Usage usage;
    EXPECT_EQ(reader.read(R"({"choices":[{"message":{"content":"hi"}}],
        "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}})",
                          usage),
              "");
    EXPECT_EQ(usage.prompt_tokens, 3);
    EXPECT_EQ(usage.completion_tokens, 2);
    EXPECT_EQ(reader.read(R"({"choices":[{"text":"hi"}]})", usage), "");
    EXPECT_EQ(usage.completion_tokens, -1);
    EXPECT_EQ(reader.read(R"({"data":[{"embedding":[1,2.5]}]})", usage), "");
}

TEST(AnswerReader, SaysWhatIsWrong) {
    AnswerReader reader;
    Usage usage;
    EXPECT_EQ(reader.read("<html>", usage), "its body is not the JSON of an answer");
    EXPECT_EQ(reader.read(R"({"choices":[{"text":)", usage),
              "its body is not the JSON of an answer");
    EXPECT_EQ(reader.read("{}", usage), "it has no choices and no embeddings");
    EXPECT_EQ(reader.read(R"({"choices":[{}]})", usage), "a choice has no message and no text");
    EXPECT_EQ(reader.read(R"({"data":[{"embedding":[]}]})", usage), "an embedding is empty");
    EXPECT_EQ(reader.read(R"({"data":[{"embedding":[null]}]})", usage),
              "an embedding has something else than numbers");
}

}  // namespace
}  // namespace mettle::protocols::openai
