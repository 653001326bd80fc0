#include "mettle/schema/text_format.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using ::testing::HasSubstr;

struct TextFormatTest : ::testing::Test {
    YamlNode parse(std::string_view text) {
        return parse_text_format(text, mistakes.add_file("config.pbtxt"), mistakes);
    }
    std::string wrong(std::string_view text) {
        parse(text);
        return mistakes.to_string();
    }
    Mistakes mistakes;
};

TEST_F(TextFormatTest, FieldsAreAMapWithPlaces) {
    const YamlNode root = parse("name: \"digits\"  # a comment\nmax_batch_size: 8\n");
    EXPECT_TRUE(mistakes.empty()) << mistakes.to_string();
    EXPECT_EQ(root.find("name")->text, "digits");
    EXPECT_TRUE(root.find("name")->quoted);
    EXPECT_EQ(root.find("max_batch_size")->text, "8");
    EXPECT_EQ(root.find("max_batch_size")->place, (Place{0, 2, 17}));
    EXPECT_EQ(root.entries[1].place, (Place{0, 2, 1}));
}

TEST_F(TextFormatTest, MessagesMayHaveAColonAnglesAndSeparators) {
    for (const char* text : {"a { b: 1, c: 2; }", "a: { b: 1 c: 2 }", "a < b: 1\n c: 2 >"}) {
        const YamlNode root = parse(text);
        ASSERT_TRUE(mistakes.empty()) << text << mistakes.to_string();
        EXPECT_EQ(root.find("a")->find("c")->text, "2") << text;
    }
}

TEST_F(TextFormatTest, AFieldThatStandsAgainIsAListAndSoAreBrackets) {
    const YamlNode root = parse("input { name: 'a' } input { name: 'b' } dims: [ 1, -1 ] dims: 3");
    ASSERT_TRUE(mistakes.empty()) << mistakes.to_string();
    ASSERT_EQ(root.find("input")->items.size(), 2U);
    EXPECT_EQ(root.find("input")->items[1].find("name")->text, "b");
    ASSERT_EQ(root.find("dims")->items.size(), 3U);
    EXPECT_EQ(root.find("dims")->items[1].text, "-1");
    const YamlNode messages = parse("input [ { name: \"a\" }, { name: \"b\" } ]");
    EXPECT_EQ(messages.find("input")->items.size(), 2U);
}

TEST_F(TextFormatTest, TextsAreJoinedAndEscapesRead) {
    const YamlNode root = parse(R"(a: "one\n" 'two\x41\101' b: 1e+3 c: - 5)");
    ASSERT_TRUE(mistakes.empty()) << mistakes.to_string();
    EXPECT_EQ(root.find("a")->text, "one\ntwoAA");
    EXPECT_EQ(root.find("b")->text, "1e+3");
    EXPECT_EQ(root.find("c")->text, "-5");
}

TEST_F(TextFormatTest, SaysWhatShouldStandWhere) {
    EXPECT_EQ(wrong("a: 1\nb 2"), "config.pbtxt:2:3: '2' stands where ':' or '{' should");
}
TEST_F(TextFormatTest, SaysThatAMessageDoesNotEnd) {
    EXPECT_EQ(wrong("a { b: 1\n"), "config.pbtxt:2:1: the file ends where '}' should stand");
}
TEST_F(TextFormatTest, SaysThatATextDoesNotEnd) {
    EXPECT_THAT(wrong("a: \"x\n\""), HasSubstr("1:6: '\n' stands where the end of this text"));
}
TEST_F(TextFormatTest, DepthIsBounded) {
    std::string text;
    for (int level = 0; level < 100'000; ++level) text += "a{";
    EXPECT_THAT(wrong(text), HasSubstr("nested more than 64 deep"));
}

}  // namespace
}  // namespace mettle
