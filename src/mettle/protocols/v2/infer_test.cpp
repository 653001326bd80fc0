#include "mettle/protocols/v2/infer.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace mettle::protocols::v2 {
namespace {

const Signature kSignature{
    {{"x", DataType::fp32, {-1, 2}}},
    {{"label", DataType::int64, {-1}}, {"p", DataType::fp32, {-1, 2}}},
};

payload::Tensors inputs() {
    payload::Tensors tensors;
    Tensor& tensor = tensors.emplace_back("x", Tensor(DataType::fp32, {1, 2})).tensor;
    tensor.as<float>()[0] = 0.5F;
    tensor.as<float>()[1] = 2;
    return tensors;
}

constexpr std::string_view kAnswer =
    R"({"model_name":"m","outputs":[{"name":"label","datatype":"INT64","shape":[1],"data":[7]},
        {"name":"p","datatype":"FP32","shape":[1,2],"data":[0.25,0.75]}]})";

std::string form_of(std::string_view answer, std::int64_t rows = 1) {
    const auto outputs = decode_answer(answer, -1);
    if (!outputs) return outputs.error().message;
    return form_error(*outputs, kSignature, rows).value_or("right");
}

TEST(Infer, EncodesJson) {
    const auto request = encode_request(inputs(), Encoding::json);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->body,
              R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[0.5,2]}]})");
    EXPECT_EQ(request->rows, 1);
}

TEST(Infer, EncodesBinary) {
    const auto request = encode_request(inputs(), Encoding::binary);
    ASSERT_TRUE(request);
    const std::string json =
        R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32",)"
        R"("parameters":{"binary_data_size":8}}],"parameters":{"binary_data_output":true}})";
    EXPECT_EQ(request->body.substr(0, json.size()), json);
    EXPECT_EQ(request->body.size(), json.size() + 8);
    EXPECT_EQ(request->headers[1].second, std::to_string(json.size()));
}

TEST(Infer, HalfWidthFloatsHaveNoJson) {
    payload::Tensors tensors;
    tensors.emplace_back("h", Tensor(DataType::fp16, {1}));
    EXPECT_EQ(encode_request(tensors, Encoding::json).error().message,
              "the input 'h' is of type FP16, which has no JSON form: send it with --binary");
    EXPECT_TRUE(encode_request(tensors, Encoding::binary));
}

TEST(Infer, NamesThePath) {
    EXPECT_EQ(infer_path("m", ""), "/v2/models/m/infer");
    EXPECT_EQ(infer_path("m", "3"), "/v2/models/m/versions/3/infer");
}

TEST(Infer, DecodesBinaryAnswers) {
    std::string body = R"({"outputs":[{"name":"label","datatype":"INT64","shape":[1],)"
                       R"("parameters":{"binary_data_size":8}}]})";
    const auto size = static_cast<std::int64_t>(body.size());
    const std::int64_t label = 7;
    body.append(reinterpret_cast<const char*>(&label), 8);
    const auto outputs = decode_answer(body, size);
    ASSERT_TRUE(outputs);
    EXPECT_EQ((*outputs)[0].tensor.as<std::int64_t>()[0], 7);
    EXPECT_EQ(decode_answer(body + "x", size).error().message, "bytes follow its last output");
    EXPECT_FALSE(decode_answer(std::string_view(body).substr(0, body.size() - 1), size));
    EXPECT_FALSE(decode_answer(body, 10'000));
}

TEST(Infer, ARightAnswerHasTheSignaturesForm) {
    EXPECT_EQ(form_of(kAnswer), "right");
}

TEST(Infer, SaysWhatIsWrongWithAnAnswersForm) {
    EXPECT_EQ(form_of("<html>"), "its body is not JSON");
    EXPECT_EQ(form_of(R"({"outputs":[{"data":[NaN]}]})"),
              "its body holds NaN or Infinity, which JSON has not");
    EXPECT_EQ(form_of("{}"), "its body has no 'outputs'");
    EXPECT_EQ(form_of(R"({"outputs":[]})"), "output 'label' is missing");
    EXPECT_EQ(form_of(kAnswer, 2), "output 'label' has shape [1], not [2]");
    std::string wrong_type(kAnswer);
    wrong_type.replace(wrong_type.find("INT64"), 5, "INT32");
    EXPECT_EQ(form_of(wrong_type), "output 'label' is of type INT32, not INT64");
    std::string huge(kAnswer);
    huge.replace(huge.find("0.25"), 4, "1e99");
    EXPECT_EQ(form_of(huge), "output 'p' [0] is infinite");
    EXPECT_EQ(form_of(R"({"outputs":[{"name":"label","datatype":"INT64","shape":[1]}]})"),
              "output 'label': it has neither data nor binary_data_size");
}

TEST(Infer, ComparesValues) {
    const auto outputs = *decode_answer(kAnswer, -1);
    const auto expected = *decode_answer(kAnswer, -1);
    EXPECT_FALSE(value_error(outputs, expected, {}));
    auto swapped = *decode_answer(kAnswer, -1);
    swapped[0].tensor.as<std::int64_t>()[0] = 3;
    EXPECT_EQ(value_error(swapped, expected, {}), "output 'label' [0] is 3, not 7");
}

}  // namespace
}  // namespace mettle::protocols::v2
