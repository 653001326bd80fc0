#include "mettle/serving/v2/infer_request.hpp"

#include "mettle/serving/wire/fake_slab.hpp"

#include <gmock/gmock.h>

#include <cstring>

namespace mettle::v2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct InferRequestTest : ::testing::Test {
    Result<void> parse(std::string text, std::optional<std::size_t> json_size = {}) {
        body = std::move(text);
        size = body.size();
        body.append(64, '#');  // Readable, and not part of it.
        slab = {};
        for (const TensorSpec& spec : signature.inputs) slab.types.push_back(spec.type);
        return parser.parse(std::string_view(body).substr(0, size), json_size, signature, slab,
                            request);
    }
    std::string error(std::string text, std::optional<std::size_t> json_size = {}) {
        const auto result = parse(std::move(text), json_size);
        return result ? "accepted" : result.error().message;
    }

    Signature signature{{{"x", DataType::fp32, {-1, 2}}},
                        {{"y", DataType::fp32, {-1, 1}}, {"z", DataType::int64, {-1}}}};
    InferRequestParser parser;
    InferRequest request;
    wire::FakeSlab slab;
    std::string body;
    std::size_t size = 0;
};

TEST_F(InferRequestTest, ReadsFlatAndNestedDataInAnyOrderOfKeys) {
    for (
        const char* text : {
            R"({"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[1,2.5,-3,4e2]}]})",
            R"({"inputs":[{"data":[[1,2.5],[-3,4e2]],"datatype":"FP32","shape":[2,2],"name":"x"}]})",
            R"({"id":"a","extra":{"deep":[1,{"x":2}]},"inputs":[{"name":"x","data":[1,2.5,-3,4e2],"shape":[2,2],"datatype":"FP32","parameters":{}}],"outputs":[]})",
        }) {
        ASSERT_TRUE(parse(text)) << text;
        EXPECT_THAT(slab.values<float>(0), ElementsAre(1, 2.5, -3, 400));
        EXPECT_EQ(request.rows, 2);
    }
    EXPECT_EQ(request.id, "a");
}

TEST_F(InferRequestTest, ReadsParametersAndOutputs) {
    ASSERT_TRUE(parse(
        R"({"parameters":{"binary_data_output":true,"timeout":500,"priority":1},"outputs":[{"name":"z"},{"name":"y","parameters":{"binary_data":false}}],
                         "inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]})"));
    EXPECT_TRUE(request.binary_by_default);
    EXPECT_EQ(request.timeout_us, 500u);
    EXPECT_THAT(request.outputs,
                ElementsAre(InferRequest::Output{1, {}}, InferRequest::Output{0, false}));
}

TEST_F(InferRequestTest, ReadsBinaryTensorsInTheirOrder) {
    signature.inputs.push_back({"n", DataType::int32, {-1}});
    std::string text =
        R"({"inputs":[{"name":"n","shape":[1],"datatype":"INT32","parameters":{"binary_data_size":4}},{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}]})";
    const std::size_t json_size = text.size();
    const std::int32_t n = 7;
    const float x[] = {1.5f, -2.5f};
    text.append(reinterpret_cast<const char*>(&n), 4).append(reinterpret_cast<const char*>(x), 8);
    ASSERT_EQ(error(text, json_size), "accepted");
    EXPECT_THAT(slab.values<std::int32_t>(1), ElementsAre(7));
    EXPECT_THAT(slab.values<float>(0), ElementsAre(1.5f, -2.5f));
    EXPECT_THAT(error(text + "z", json_size),
                HasSubstr("1 bytes are left in the body behind the last binary tensor"));
    EXPECT_THAT(error(text.substr(0, text.size() - 1), json_size),
                HasSubstr("'binary_data_size' is 8, and 7 bytes are left"));
}

TEST_F(InferRequestTest, ReadsStringsBooleansAndBounds) {
    signature.inputs = {
        {"s", DataType::bytes, {-1}}, {"b", DataType::boolean, {-1}}, {"u", DataType::uint8, {-1}}};
    ASSERT_TRUE(parse(
        R"({"inputs":[{"name":"s","shape":[2],"datatype":"BYTES","data":["a\u00e9","\"q"]},{"name":"b","shape":[2],"datatype":"BOOL","data":[true,false]},{"name":"u","shape":[2],"datatype":"UINT8","data":[0,255]}]})"));
    EXPECT_THAT(split_bytes(slab.inputs.at(0).data, 2).value(), ElementsAre("aé", "\"q"));
    EXPECT_THAT(slab.values<std::uint8_t>(1), ElementsAre(1, 0));
    const auto with_u = [](std::string value) {
        return R"({"inputs":[{"name":"u","shape":[1],"datatype":"UINT8","data":[)" + value + "]}]}";
    };
    signature.inputs = {{"u", DataType::uint8, {-1}}};
    for (const char* value :
         {"256", "-1", "1.5", "\"1\"", "true", "null", "99999999999999999999"}) {
        EXPECT_THAT(error(with_u(value)),
                    HasSubstr("value 0 of data is not a whole number in range"))
            << value;
    }
}

// What a stranger sends, and what the answer says about it.
TEST_F(InferRequestTest, NamesWhatIsWrong) {
    const auto with = [](std::string input) { return R"({"inputs":[)" + input + "]}"; };
    const std::pair<std::string, std::string> cases[] = {
        {"", "the request has no body"},
        {"[1]", "not a JSON object"},
        {"{\"inputs\":[", "is not valid JSON"},
        {"{}", "has no 'inputs'"},
        {R"({"inputs":{}})", "'inputs' is not an array"},
        {R"({"inputs":[1]})", "'inputs' is not an array of objects"},
        {R"({"inputs":[]})", "input 'x' is missing"},
        {R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]} {})",
         "something behind"},
        {R"({"inputs":[]} x)", "is not valid JSON"},
        {with(R"({"shape":[1,2],"datatype":"FP32","data":[1,2]})"), "an input has no 'name'"},
        {with(R"({"name":"x","datatype":"FP32","data":[1,2]})"), "input 'x' has no 'shape'"},
        {with(R"({"name":"x","shape":[1,2],"data":[1,2]})"), "input 'x' has no 'datatype'"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32"})"), "has neither 'data' nor"},
        {with(R"({"name":"q","shape":[1,2],"datatype":"FP32","data":[1,2]})"),
         "unexpected input 'q'"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP64","data":[1,2]})"),
         "datatype is FP64, and the model takes FP32"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"F","data":[1,2]})"),
         "'F' is no V2 datatype"},
        {with(R"({"name":"x","shape":[2],"datatype":"FP32","data":[1,2]})"),
         "shape is [2], and the model takes [-1,2]"},
        {with(R"({"name":"x","shape":[-1,2],"datatype":"FP32","data":[1,2]})"), "shape is [-1,2]"},
        {with(R"({"name":"x","shape":[9999999999999999,2],"datatype":"FP32","data":[1,2]})"),
         "too many elements"},
        {with(R"({"name":"x","shape":[1000000,2],"datatype":"FP32","data":[1,2]})"),
         "fewer values than shape"},
        {with(R"({"name":"x","shape":[1.5,2],"datatype":"FP32","data":[1,2]})"),
         "'shape' is not an array of whole numbers"},
        {with(R"({"name":"x","shape":[1,1,1,1,1,1,1,1,1],"datatype":"FP32","data":[1,2]})"),
         "more than 8 dimensions"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[1]})"),
         "data has 1 values, and shape [1,2] wants 2"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2,3]})"),
         "more values than shape"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[[1,2],[3,4]]})"),
         "nested otherwise than shape"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[[1,2,3]]})"),
         "more values than shape"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[1,"2"]})"),
         "value 1 of data is not a number"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[1,1e300]})"),
         "value 1 of data is not a number in range"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[1,NaN]})"), "input 'x'"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":{"a":1}})"),
         "'data' is not an array"},
        {with(R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2],"data":[3,4]})"),
         "'data' is given twice"},
        {with(
             R"({"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]})"),
         "input 'x' is given twice"},
        {with(
             R"({"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}})"),
         "0 bytes are left in the body"},
        {with(
             R"({"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":-8}})"),
         "not a number of bytes"},
        {R"({"outputs":[{"name":"q"}],"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]})",
         "unexpected output 'q'"},
        {R"({"outputs":[{"name":"y"},{"name":"y"}],"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]})",
         "asked for twice"},
        {R"({"parameters":{"triton_x":1},"inputs":[]})", "reserved"},
        {std::string(100'000, '['), "is not"},
        {R"({"inputs":)" + std::string(5000, '['), "is not"},
    };
    for (const auto& [text, message] : cases)
        EXPECT_THAT(error(text), HasSubstr(message)) << text.substr(0, 200);
}

// The parser belongs to a thread, which reads several requests before one runs: their strings were
// once in one place.
TEST_F(InferRequestTest, StringsOfARequestStayWhenTheNextIsRead) {
    signature.inputs = {{"s", DataType::bytes, {-1}}};
    const auto with = [](std::string text) {
        return R"({"inputs":[{"name":"s","shape":[1],"datatype":"BYTES","data":[")" + text +
               "\"]}]}";
    };
    ASSERT_TRUE(parse(with("first")));
    const TensorView first = slab.inputs.at(0);
    InferRequest next;
    wire::FakeSlab other;
    std::string text = with("other");
    const std::size_t length = text.size();
    text.append(64, ' ');
    ASSERT_TRUE(parser.parse(std::string_view(text).substr(0, length), {}, signature, other, next));
    EXPECT_THAT(split_bytes(first.data, 1).value(), ElementsAre("first"));
}

TEST_F(InferRequestTest, RowsMustAgreeBetweenInputs) {
    signature.inputs.push_back({"n", DataType::int32, {-1}});
    EXPECT_THAT(
        error(
            R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"n","shape":[2],"datatype":"INT32","data":[1,2]}]})"),
        HasSubstr("2 rows, and another input has 1"));
}

TEST_F(InferRequestTest, TheHeaderOfTheBinaryExtensionIsABoundedNumber) {
    EXPECT_EQ(parse_json_size("", 10).value(), std::nullopt);
    EXPECT_EQ(parse_json_size("7", 10).value(), 7u);
    EXPECT_EQ(parse_json_size("0", 10).value(), 0u);
    for (const char* header : {"11", "-1", "x", "7 ", "99999999999999999999999"})
        EXPECT_FALSE(parse_json_size(header, 10)) << header;
}

}  // namespace
}  // namespace mettle::v2
