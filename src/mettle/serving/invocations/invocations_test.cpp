#include "mettle/serving/invocations/csv.hpp"
#include "mettle/serving/invocations/request.hpp"
#include "mettle/serving/wire/request_texts.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace mettle::invocations {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Signature kTable{{{"x", DataType::fp32, {-1, 3}}}, {{"y", DataType::fp32, {-1}}}};
const Signature kColumns{{{"age", DataType::fp32, {-1, 1}}, {"city", DataType::bytes, {-1, 1}}},
                         {{"y", DataType::fp32, {-1}}}};

class Invocations : public testing::Test {
protected:
    Result<void> parse(const Signature& signature, std::string body,
                       std::string_view type = "application/json") {
        http::Request http;
        http.headers = {{"Content-Type", type}};
        http.body = texts.body(std::move(body));
        return parser.parse(http, signature, texts.fresh_slab(signature), request);
    }
    std::string refusal(const Signature& signature, std::string body,
                        std::string_view type = "application/json") {
        const auto parsed = parse(signature, std::move(body), type);
        return parsed ? "accepted" : parsed.error().message;
    }
    std::vector<std::string> strings(std::size_t input) {
        const TensorView& view = texts.slab.inputs.at(input);
        const auto split = split_bytes(view.data, view.shape.element_count().value());
        return {split->begin(), split->end()};
    }

    wire::RequestTexts texts;
    RequestParser parser;
    Request request;
};

TEST_F(Invocations, ColumnsThatAreNoInputsAreTheOnlyInputTogether) {
    for (
        const std::string body :
        {R"({"dataframe_split": {"columns": ["a", "b", "c"], "index": [0, 1], "data": [[1, 2, 3], [4, 5, 6.5]]}})",
         R"({"dataframe_split": {"data": [[1, 2, 3], [4, 5, 6.5]], "columns": [0, 1, 2]}, "params": {"k": 1}})",
         R"({"dataframe_records": [{"a": 1, "b": 2, "c": 3}, {"c": 6.5, "b": 5, "a": 4}]})"}) {
        ASSERT_EQ(refusal(kTable, body), "accepted") << body;
        EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(1, 2, 3, 4, 5, 6.5)) << body;
        EXPECT_EQ(request.rows, 2);
        EXPECT_TRUE(request.by_row);
    }
}

TEST_F(Invocations, ColumnsOfTheInputsNamesAreInputs) {
    for (
        const std::string body :
        {R"({"dataframe_split": {"columns": ["city", "age"], "data": [["Bern", 30], ["Ulm", 41.5]]}})",
         R"({"dataframe_records": [{"age": 30, "city": "Bern"}, {"age": [41.5], "city": ["Ulm"]}]})"}) {
        ASSERT_EQ(refusal(kColumns, body), "accepted") << body;
        EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(30, 41.5));
        EXPECT_THAT(strings(1), ElementsAre("Bern", "Ulm"));
    }
    ASSERT_TRUE(parse(kTable, R"({"dataframe_records": [{"x": [1, 2, 3]}]})"));
    EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(1, 2, 3));
}

TEST_F(Invocations, TensorsAreNoTable) {
    for (const std::string body :
         {R"({"inputs": [[1, 2, 3]]})", R"({"inputs": {"x": [[1, 2, 3]]}})",
          R"({"instances": [[1, 2, 3]]})", R"({"params": {}, "instances": [{"x": [1, 2, 3]}]})"}) {
        ASSERT_EQ(refusal(kTable, body), "accepted") << body;
        EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(1, 2, 3));
        EXPECT_FALSE(request.by_row);
    }
}

TEST_F(Invocations, CsvHasNamesOrNone) {
    for (const std::string body : {"a,b,c\r\n1,2,3\r\n\r\n+4,.5e1,6.5\r\n", "1,2,3\n4,5,6.5"}) {
        ASSERT_EQ(refusal(kTable, body, "text/csv; charset=utf-8"), "accepted") << body;
        EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(1, 2, 3, 4, 5, 6.5)) << body;
    }
    ASSERT_EQ(refusal(kColumns, "city,age\n\"Bern, \"\"BE\"\"\",30\nUlm, 41.5\n", "text/csv"),
              "accepted");
    EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(30, 41.5));
    EXPECT_THAT(strings(1), ElementsAre("Bern, \"BE\"", "Ulm"));
    ASSERT_TRUE(parse(kColumns, "30,Bern", "text/csv"));
    EXPECT_THAT(strings(1), ElementsAre("Bern"));
}

TEST_F(Invocations, CsvsFirstLineIsWhatItsTypeSays) {
    ASSERT_TRUE(parse(kTable, "1,2,3\n4,5,6\n", "text/csv; header=present"));
    EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(4, 5, 6));
    ASSERT_TRUE(parse(kTable, "0,1,2\n", "text/csv; charset=utf-8; Header=absent"));
    EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(0, 1, 2));
    // pandas calls columns without names so.
    ASSERT_TRUE(parse(kTable, "0,1,2\n4,5,6\n", "text/csv"));
    EXPECT_THAT(texts.slab.values<float>(0), ElementsAre(4, 5, 6));
}

TEST_F(Invocations, WhatIsMissingIsNaN) {
    ASSERT_TRUE(parse(kTable, "1,,nan\n", "text/csv"));
    EXPECT_TRUE(std::isnan(texts.slab.values<float>(0)[1]));
    EXPECT_TRUE(std::isnan(texts.slab.values<float>(0)[2]));
    ASSERT_TRUE(parse(kTable, R"({"dataframe_split": {"data": [[1, null, NaN]]}})"));
    EXPECT_TRUE(std::isnan(texts.slab.values<float>(0)[1]));
}

TEST_F(Invocations, SaysWhatIsWrong) {
    EXPECT_THAT(refusal(kTable, ""), HasSubstr("has no body"));
    EXPECT_THAT(refusal(kTable, "[[1, 2, 3]]"), HasSubstr("not a JSON object"));
    EXPECT_THAT(refusal(kTable, "{}"), HasSubstr("exactly one of"));
    EXPECT_THAT(refusal(kTable, R"({"inputs": [], "instances": []})"),
                HasSubstr("has 'inputs' and 'instances'"));
    EXPECT_THAT(refusal(kTable, R"({"inputs": [[1,2,3]], "params": 3})"), HasSubstr("'params'"));
    EXPECT_THAT(refusal(kTable, R"({"input": [[1,2,3]]})"), HasSubstr("unexpected key 'input'"));
    EXPECT_THAT(refusal(kTable, R"({"inputs": [[1,2,3]]} {})"), HasSubstr("something behind"));
    EXPECT_THAT(refusal(kTable, "1,2,3", "application/xml"),
                HasSubstr("application/json or text/csv"));
}

TEST_F(Invocations, TablesThatAreNoneAreRefused) {
    const auto split = [&](const std::string& inside) {
        return refusal(kTable, R"({"dataframe_split": )" + inside + "}");
    };
    EXPECT_THAT(split("[]"), HasSubstr("'dataframe_split' is not an object"));
    EXPECT_THAT(split("{}"), HasSubstr("no 'data'"));
    EXPECT_THAT(split(R"({"data": 1})"), HasSubstr("'data' is not an array"));
    EXPECT_THAT(split(R"({"data": [1]})"), HasSubstr("row 0 of 'data' is not an array"));
    EXPECT_THAT(split(R"({"data": []})"), HasSubstr("no rows"));
    EXPECT_THAT(split(R"({"data": [[1,2,3],[1,2]]})"),
                HasSubstr("row 1 has 2 values, and there are 3"));
    EXPECT_THAT(split(R"({"data": [[1,2]], "columns": ["a","b","c"]})"), HasSubstr("row 0 has 2"));
    EXPECT_THAT(split(R"({"data": [[1,2]]})"), HasSubstr("input 'x'"));
    EXPECT_THAT(split(R"({"data": [[1,2,"a"]]})"), HasSubstr("input 'x'"));
    EXPECT_THAT(split(R"({"data": [], "data": []})"), HasSubstr("given twice"));
    EXPECT_THAT(split(R"({"dat": []})"), HasSubstr("unexpected key 'dat'"));
    const auto records = [&](const std::string& inside) {
        return refusal(kTable, R"({"dataframe_records": )" + inside + "}");
    };
    EXPECT_THAT(records("{}"), HasSubstr("'dataframe_records' is not an array"));
    EXPECT_THAT(records("[1]"), HasSubstr("record 0 is not an object"));
    EXPECT_THAT(records(R"([{"a":1,"b":2,"c":3},{"a":1,"b":2}])"),
                HasSubstr("record 1 has no 'c'"));
    EXPECT_THAT(records(R"([{"a":1},{"b":1}])"), HasSubstr("record 1 has 'b'"));
    EXPECT_THAT(records(R"([{"a":1,"a":1}])"), HasSubstr("'a' is given twice"));
    EXPECT_THAT(refusal(kColumns, R"({"dataframe_records": [{"age": 1, "town": "x"}]})"),
                HasSubstr("the columns are age, town, and the model takes"));
}

TEST_F(Invocations, CsvThatIsNoneIsRefused) {
    const auto csv = [&](const std::string& text) { return refusal(kTable, text, "text/csv"); };
    EXPECT_THAT(csv("\n\n"), HasSubstr("no rows"));
    EXPECT_THAT(csv("a,b,c\n"), HasSubstr("no rows"));
    EXPECT_THAT(csv("1,2,3\n1,2\n"), HasSubstr("row 1 has 2 values, and there are 3"));
    EXPECT_THAT(csv("1,2,3\n1,x,3\n"), HasSubstr("row 1, column 1: 'x' is no number"));
    EXPECT_THAT(csv("1,2,\"3\n"), HasSubstr("a quote that does not end"));
    EXPECT_THAT(csv("1,2,\"3\"4\n"), HasSubstr("behind a closing quote"));
}

}  // namespace

}  // namespace mettle::invocations
