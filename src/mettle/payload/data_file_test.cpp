#include "mettle/payload/data_file.hpp"

#include <gmock/gmock.h>

namespace mettle::payload {
namespace {

using ::testing::ElementsAre;

std::string csv_error(std::string_view text) {
    const auto rows = parse_csv(text, "rows.csv");
    return rows ? "" : rows.error().message;
}

std::string jsonl_error(std::string_view text) {
    const auto rows = parse_jsonl(text, "rows.jsonl");
    return rows ? "" : rows.error().message;
}

TEST(DataFile, CsvRowsHaveTheNamesOfTheFirstLine) {
    const auto rows = parse_csv("id,text\n1,one\n2,two\n", "rows.csv");
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_THAT(*rows, ElementsAre(DataRow{2, {{"id", "1", false}, {"text", "one", false}}},
                                   DataRow{3, {{"id", "2", false}, {"text", "two", false}}}));
}

TEST(DataFile, CsvTakesQuotesLinesInFieldsReturnsAndAByteOrderMark) {
    const auto rows = parse_csv(
        "\xEF\xBB\xBF"
        "a,b\r\n\r\n\"x, \"\"y\"\"\nz\",\r\n7,\"\"\r\n",
        "rows.csv");
    ASSERT_TRUE(rows) << rows.error().message;
    ASSERT_EQ(rows->size(), 2u);
    EXPECT_EQ((*rows)[0].line, 3u);
    EXPECT_EQ((*rows)[0].field("a")->value, "x, \"y\"\nz");
    EXPECT_EQ((*rows)[0].field("b")->value, "");
    EXPECT_EQ((*rows)[1].line, 5u);
    EXPECT_EQ((*rows)[1].field("c"), nullptr);
}

TEST(DataFile, CsvErrorsSayTheLine) {
    EXPECT_EQ(csv_error("a,b\n1,2\n3\n"), "rows.csv:3: 1 fields where line 1 names 2");
    EXPECT_EQ(csv_error("a,a\n1,2\n"), "rows.csv:1: two columns are named 'a'");
    EXPECT_EQ(csv_error("a,\n1,2\n"), "rows.csv:1: a column has no name");
    EXPECT_EQ(csv_error("a\n\n\"x\ny\n"), "rows.csv:3: a quoted field is not closed");
    EXPECT_EQ(csv_error("a\n\"x\"y\n"), "rows.csv:2: text follows a quoted field");
    EXPECT_THAT(csv_error("a\nx\"y\n"), ::testing::StartsWith("rows.csv:2: a quote within"));
    EXPECT_EQ(csv_error("\n\n"), "rows.csv is empty");
    EXPECT_EQ(csv_error("a,b\n"), "rows.csv has a line of names and no rows");
}

TEST(DataFile, JsonLinesKeepTheirOrderAndTypes) {
    const auto rows =
        parse_jsonl("{\"z\": [1, 2.5], \"a\": \"x\"}\n\n{\"z\":null}\n", "rows.jsonl");
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_THAT(*rows, ElementsAre(DataRow{1, {{"z", "[1,2.5]", true}, {"a", "\"x\"", true}}},
                                   DataRow{3, {{"z", "null", true}}}));
    EXPECT_EQ(rows->front().field("a")->plain(), "x");
    EXPECT_EQ(rows->front().field("z")->plain(), "[1,2.5]");
}

TEST(DataFile, JsonLineErrorsSayTheLine) {
    EXPECT_EQ(jsonl_error("{\"a\":1}\n[1]\n"),
              "rows.jsonl:2: no JSON object; write {\"name\": value, ...}");
    EXPECT_THAT(jsonl_error("{\"a\":1\n"), ::testing::StartsWith("rows.jsonl:1: no JSON object"));
    EXPECT_EQ(jsonl_error("\n{}\n"), "rows.jsonl:2: the object is empty");
    EXPECT_EQ(jsonl_error(" \n"), "rows.jsonl is empty");
    EXPECT_EQ(jsonl_error("{\"a\":" + std::string(100'000, '[')),
              "rows.jsonl:1: it nests deeper than 64");
}

TEST(DataFile, RowsAndFieldsAreBounded) {
    EXPECT_EQ(parse_csv("a\n1\n2\n3\n", "f", {.rows = 2}).error().message,
              "f has more than 2 rows");
    EXPECT_EQ(parse_csv("a,b,c\n", "f", {.fields = 2}).error().message, "f:1: more than 2 fields");
    EXPECT_EQ(parse_jsonl("{\"a\":1,\"b\":2}", "f", {.fields = 1}).error().message,
              "f:1: more than 1 fields");
}

TEST(DataFile, AFileIsKnownByItsExtension) {
    EXPECT_EQ(read_data_file("/x/rows.txt").error().message,
              "/x/rows.txt is neither .csv nor .jsonl");
    EXPECT_EQ(read_data_file("/no/such/rows.csv").error().message,
              "/no/such/rows.csv cannot be read");
}

}  // namespace
}  // namespace mettle::payload
