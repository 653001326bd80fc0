#include "mettle/protocols/openai/known_answers.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace mettle::protocols::openai {
namespace {

using ::testing::HasSubstr;

std::string chat(std::string_view id, std::string_view text) {
    return fmt::format(
        R"({{"id":"{}","choices":[{{"index":0,"message":{{"role":"assistant","content":"{}"}}}}]}})",
        id, text);
}

std::string embedding(double value) {
    return fmt::format(R"({{"object":"list","data":[{{"embedding":[1,{}]}}]}})", value);
}

TEST(KnownAnswers, ContentHasNoIds) {
    EXPECT_EQ(content_of(chat("a", "one")), content_of(chat("b", "one")));
    EXPECT_NE(content_of(chat("a", "one")), content_of(chat("a", "two")));
    EXPECT_FALSE(content_of(R"({"error":{"message":"no"}})"));
    EXPECT_FALSE(content_of("[]"));
}

TEST(KnownAnswers, OneOfAnotherPromptIsWrongAndAnotherWordIsNot) {
    const auto checks = known_answer_checks({chat("a", "one"), chat("b", "two")});
    const std::string own = chat("c", "two"), other = chat("c", "one"), drifted = chat("c", "too");
    EXPECT_FALSE(checks[1]->judge({own}));
    EXPECT_FALSE(checks[1]->judge({drifted}));
    const auto flaw = checks[1]->judge({other});
    ASSERT_TRUE(flaw);
    EXPECT_EQ(flaw->outcome, load::Outcome::wrong_answer);
    EXPECT_THAT(flaw->detail, HasSubstr("answer to prompt 0"));
}

TEST(KnownAnswers, PromptsWithTheSameAnswerAreNotMixedUp) {
    const auto checks = known_answer_checks({chat("a", "yes"), chat("b", "yes")});
    EXPECT_FALSE(checks[1]->judge({chat("c", "yes")}));
}

TEST(KnownAnswers, EmbeddingsMayDifferByWhatABatchRounds) {
    const auto checks = known_answer_checks({embedding(0.5)});
    EXPECT_FALSE(checks[0]->judge({embedding(0.505)}));
    EXPECT_EQ(checks[0]->judge({embedding(0.6)})->outcome, load::Outcome::wrong_answer);
}

TEST(KnownAnswers, WhatIsNoAnswerHasNoForm) {
    const auto checks = known_answer_checks({chat("a", "one")});
    EXPECT_EQ(checks[0]->judge({R"({"error":"busy"})"})->outcome, load::Outcome::validation);
}

}  // namespace
}  // namespace mettle::protocols::openai
