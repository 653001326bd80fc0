#include "mettle/payload/pattern_text.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace mettle::payload {
namespace {

TEST(PatternText, MatchesItsPattern) {
    const char* patterns[] = {
        "^abc$",
        "^[0-9]{3}-[0-9]{4}$",
        R"(^\d+\.\d{2}$)",
        "^(foo|bar|ba?z)$",
        "^[^a-z]{5}$",
        R"(^\w+@\w+\.com$)",
        "^(?:ab){2,3}$",
        "^(?P<name>x+)$",
        "^[A-Za-z_-]*$",
        R"(^[\d\-]+$)",
        "^#[0-9a-fA-F]{6}$",
        "^a{2,}$",
        "^(a(b(c|d)+)?)*$",
        "^.{8}$",
        R"(^\+?[1-9]\d{1,14}$)",
        "^$",
    };
    for (const char* pattern : patterns) {
        Choices choices(1);
        for (int turn = 0; turn < 50; ++turn) {
            const auto text = text_for_pattern(pattern, 1000, choices);
            ASSERT_TRUE(text) << pattern;
            EXPECT_TRUE(RE2::PartialMatch(*text, pattern)) << pattern << ": " << *text;
        }
    }
}

TEST(PatternText, TakesEveryAlternative) {
    Choices choices(1);
    std::string all;
    for (int turn = 0; turn < 100; ++turn) all += text_for_pattern("a|b|[cd]", 10, choices).value();
    EXPECT_EQ(all.find_first_not_of("abcd"), std::string::npos);
    for (const char letter : {'a', 'b', 'c', 'd'}) EXPECT_TRUE(all.contains(letter)) << letter;
}

TEST(PatternText, HasTheLengthThatIsAskedFor) {
    const std::pair<const char*, std::size_t> cases[] = {
        {"^[a-z]+$", 30}, {"^(ab)*$", 100}, {"^x[0-9]{2,}$", 12}, {"^[a-z]{1,20}$", 3}};
    for (const auto& [pattern, length] : cases) {
        Choices choices(1);
        const auto text = text_of_length(pattern, length, length, choices);
        ASSERT_TRUE(text) << pattern;
        EXPECT_EQ(text->size(), length);
        EXPECT_TRUE(RE2::PartialMatch(*text, pattern)) << *text;
    }
    Choices choices(1);
    EXPECT_EQ(text_of_length("^(ab)*$", 3, 3, choices), std::nullopt);
}

TEST(PatternText, SaysNothingWhereItDoesNotKnow) {
    for (const char* pattern : {"(?=a)", "(?<=a)b", R"(\bword)", R"(\p{L}+)", "(a", "a)", "[a",
                                "*a", "a{2", "a{3,1}", R"((a)\1)", "[^ -~]", "a{99999999}"}) {
        Choices choices(1);
        EXPECT_EQ(text_for_pattern(pattern, 1000, choices), std::nullopt) << pattern;
    }
    Choices choices(1);
    EXPECT_EQ(text_for_pattern("a{50}", 49, choices), std::nullopt);
    EXPECT_EQ(text_for_pattern("((((a{50}){50}){50}){50}){50}", 1'000'000'000, choices),
              std::nullopt);
}

}  // namespace
}  // namespace mettle::payload
