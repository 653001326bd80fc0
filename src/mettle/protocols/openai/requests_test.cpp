#include "mettle/protocols/openai/requests.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace mettle::protocols::openai {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

Generation chat() {
    Generation generation;
    generation.model = "tiny";
    generation.path = "/v1/chat/completions";
    generation.count = 3;
    return generation;
}

json body_of(const Task& task, std::size_t index = 0) {
    return json::parse(task.requests[index].request.body);
}

std::string write(const std::string& name, std::string_view text) {
    const std::string path = std::filesystem::path(::testing::TempDir()) / name;
    std::ofstream(path) << text;
    return path;
}

TEST(OpenAiRequests, PromptsHaveTheirLengthAndDiffer) {
    Generation generation = chat();
    generation.prompt_tokens = payload::SizeLaw::fixed(10);
    generation.max_tokens = 7;
    const Task task = make_task(generation).value();
    ASSERT_EQ(task.requests.size(), 3u);
    const std::string prompt = body_of(task)["messages"][0]["content"];
    EXPECT_EQ(std::ranges::count(prompt, ' '), 9);
    EXPECT_NE(body_of(task, 1)["messages"][0]["content"], prompt);
    EXPECT_EQ(body_of(task)["max_tokens"], 7);
    EXPECT_EQ(body_of(task)["model"], "tiny");
    EXPECT_FALSE(body_of(task).contains("stream"));
    EXPECT_NE(task.requests[0].check, nullptr);
}

TEST(OpenAiRequests, AStreamAsksForItsUsage) {
    Generation generation = chat();
    generation.stream = true;
    const Task task = make_task(generation).value();
    EXPECT_EQ(body_of(task)["stream"], true);
    EXPECT_EQ(body_of(task)["stream_options"]["include_usage"], true);
    EXPECT_EQ(task.requests[0].check, nullptr);
}

TEST(OpenAiRequests, EachEndpointHasItsOwnForm) {
    Generation generation = chat();
    generation.endpoint = "completions";
    EXPECT_TRUE(body_of(make_task(generation).value())["prompt"].is_string());
    generation.endpoint = "embeddings";
    generation.max_tokens = 5;
    const json body = body_of(make_task(generation).value());
    EXPECT_TRUE(body["input"].is_string());
    EXPECT_FALSE(body.contains("max_tokens"));
}

TEST(OpenAiRequests, TakesPromptsFromAFile) {
    Generation generation = chat();
    generation.prompts = write("prompts.jsonl",
                               "{\"prompt\":\"Hello\"}\n"
                               "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief\"}]}\n");
    const Task task = make_task(generation).value();
    EXPECT_EQ(body_of(task)["messages"][0]["content"], "Hello");
    EXPECT_EQ(body_of(task, 1)["messages"][0]["role"], "system");
    generation.endpoint = "completions";
    EXPECT_THAT(make_task(generation).error().message, HasSubstr("prompts.jsonl:2: messages are"));
    generation.prompts = write("none.csv", "a\n1\n");
    EXPECT_THAT(make_task(generation).error().message, HasSubstr("none.csv:2: it has neither"));
}

TEST(OpenAiRequests, TheSameSeedMakesTheSamePrompts) {
    EXPECT_EQ(make_prompt(20, 1, 2), make_prompt(20, 1, 2));
    EXPECT_NE(make_prompt(20, 1, 2), make_prompt(20, 2, 2));
}

}  // namespace
}  // namespace mettle::protocols::openai
