#include "mettle/serving/tfs/predict_request.hpp"

#include "mettle/serving/wire/request_texts.hpp"

#include <gmock/gmock.h>

namespace mettle::tfs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct PredictRequestTest : ::testing::Test {
    Result<void> parse(std::string text, bool examples = false) {
        const auto body = texts.body(std::move(text));
        Slab& slab = texts.fresh_slab(signature);
        return examples ? parser.parse_examples(body, signature, slab, request)
                        : parser.parse(body, signature, slab, request);
    }
    std::string error(std::string text, bool examples = false) {
        const auto parsed = parse(std::move(text), examples);
        return parsed ? "accepted" : parsed.error().message;
    }
    std::vector<float> x() { return texts.slab.values<float>(0); }

    Signature one{{{"x", DataType::fp32, {-1, 2}}}, {{"y", DataType::fp32, {-1}}}};
    Signature two{{{"x", DataType::fp32, {-1, 2}}, {"text", DataType::bytes, {-1}}},
                  {{"y", DataType::fp32, {-1}}}};
    Signature signature = one;
    PredictRequestParser parser;
    PredictRequest request;
    wire::RequestTexts texts;
};

// The forms of TF Serving's own documentation.
TEST_F(PredictRequestTest, ASingleInputNeedsNoName) {
    for (const char* text :
         {R"({"instances": [[1,2],[3,4]]})",
          R"({"signature_name":"serving_default","instances":[[1.0,2e0],[3,4]]})",
          R"({"instances":[{"x":[1,2]},{"x":[3,4]}]})", R"({"inputs": [[1,2],[3,4]]})",
          R"({"inputs": {"x":[[1,2],[3,4]]}})",
          R"({"signature_name":"", "inputs": {"x" : [ [1,2], [3,4] ] } , "id":1})"}) {
        ASSERT_EQ(error(text), "accepted") << text;
        EXPECT_THAT(x(), ElementsAre(1, 2, 3, 4)) << text;
        EXPECT_EQ(request.rows, 2);
    }
}

TEST_F(PredictRequestTest, SeveralInputsAreNamedByRowOrByColumn) {
    signature = two;
    for (const char* text :
         {R"({"instances":[{"x":[1,2],"text":"a"},{"text":{"b64":"AAE="},"x":[3,4]}]})",
          R"({"inputs":{"text":["a",{"b64":"AAE="}],"x":[[1,2],[3,4]]}})"}) {
        ASSERT_EQ(error(text), "accepted") << text;
        EXPECT_THAT(x(), ElementsAre(1, 2, 3, 4));
        EXPECT_THAT(split_bytes(texts.slab.inputs.at(1).data, 2).value(),
                    ElementsAre("a", std::string_view("\0\1", 2)));
    }
    ASSERT_TRUE(parse(R"({"instances":[{"x":[1,2],"text":"a"}]})"));
    EXPECT_TRUE(request.by_row);
    EXPECT_EQ(request.items, 1);
}

TEST_F(PredictRequestTest, ABytesObjectIsAValueAndNoName) {
    signature = {{{"b", DataType::bytes, {-1}}}, {{"y", DataType::fp32, {-1}}}};
    ASSERT_EQ(error(R"({"instances":[{"b64":"aGk="},{"b64":""}]})"), "accepted");
    EXPECT_THAT(split_bytes(texts.slab.inputs.at(0).data, 2).value(), ElementsAre("hi", ""));
    signature = {{{"b", DataType::bytes, {}}}, {{"y", DataType::fp32, {-1}}}};
    ASSERT_EQ(error(R"({"inputs":{"b64":"aGk="}})"), "accepted");
    EXPECT_THAT(split_bytes(texts.slab.inputs.at(0).data, 1).value(), ElementsAre("hi"));
}

TEST_F(PredictRequestTest, ExamplesTakeWhatTheyLackFromTheContext) {
    signature = two;
    ASSERT_EQ(
        error(R"({"context":{"text":"c"},"examples":[{"x":[1,2]},{"x":[3,4],"text":["own"]}]})",
              true),
        "accepted");
    EXPECT_THAT(x(), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(split_bytes(texts.slab.inputs.at(1).data, 2).value(), ElementsAre("c", "own"));
}

TEST_F(PredictRequestTest, NamesWhatIsWrong) {
    const std::pair<std::string, std::string> cases[] = {
        {"", "the request has no body"},
        {"[1]", "not a JSON object of the form"},
        {"{}", "neither 'instances' nor 'inputs'"},
        {R"({"instances":[[1,2]],"inputs":[[1,2]]})", "both 'instances' and 'inputs'"},
        {R"({"instances":[[1,2]],"instances":[[1,2]]})", "'instances' is given twice"},
        {R"({"instances":[]})", "'instances' is empty"},
        {R"({"instances":{"x":[1,2]}})", "'instances' is not an array"},
        {R"({"instances":7})", "'instances' is not an array"},
        {R"({"instances":[[1,2]]} x)", "is not valid JSON"},
        {R"({"signature_name":"other","instances":[[1,2]]})",
         "\"other\" not found in signature def"},
        {R"({"signature_name":1,"instances":[[1,2]]})", "'signature_name' is not a string"},
        {R"({"instances":[{"q":[1,2]}]})", "instance 0: unexpected input 'q'"},
        {R"({"instances":[{"x":[1,2]},{}]})", "instance 1 has no 'x'"},
        {R"({"instances":[{"x":[1,2]},[3,4]]})", "instance 1 is not an object"},
        {R"({"instances":[{"x":[1,2],"x":[1,2]}]})", "instance 0: 'x' is given twice"},
        {R"({"instances":[[1,2],{"x":[3,4]}]})", "nested otherwise"},
        {R"({"instances":[1,2]})", "nested as shape [2]"},
        {R"({"instances":[[1,"a"]]})", "value 1 of data is not a number"},
        {R"({"inputs":{"q":[[1,2]]}})", "'inputs': unexpected input 'q'"},
        {R"({"inputs":{}})", "'inputs' has no 'x'"},
        {R"({"instances":)" + std::string(5000, '['), "is not"},
        {R"({"instances":)" + std::string(500, '[') + std::string(500, ']') + "}",
         "nested more than 8 deep"},
    };
    for (const auto& [text, message] : cases)
        EXPECT_THAT(error(text), HasSubstr(message)) << text.substr(0, 200);
    EXPECT_THAT(error(R"({"examples":{}})", true), HasSubstr("no array 'examples'"));
    EXPECT_THAT(error(R"({"examples":[]})", true), HasSubstr("'examples' is empty"));
    EXPECT_THAT(error(R"({"context":1,"examples":[{}]})", true), HasSubstr("'context' is not"));
    signature = two;
    EXPECT_THAT(error(R"({"instances":[[1,2]]})"),
                HasSubstr("an object with a key for each input"));
    EXPECT_THAT(error(R"({"inputs":[[1,2]]})"), HasSubstr("an object with a key for each input"));
}

}  // namespace
}  // namespace mettle::tfs
