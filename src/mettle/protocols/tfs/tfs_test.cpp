#include "mettle/protocols/tfs/metadata.hpp"
#include "mettle/protocols/tfs/predict.hpp"

#include <gmock/gmock.h>

namespace mettle::protocols::tfs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kMetadata = R"({"model_spec":{"name":"half","signature_name":"",
  "version":"3"},"metadata":{"signature_def":{"signature_def":{
  "serving_default":{"inputs":{"x":{"dtype":"DT_FLOAT","tensor_shape":{"dim":[
      {"size":"-1","name":""},{"size":"2","name":""}],"unknown_rank":false},"name":"x:0"}},
    "outputs":{"y":{"dtype":"DT_INT64","tensor_shape":{"dim":[{"size":"-1","name":""}],
      "unknown_rank":false},"name":"y:0"}},"method_name":"tensorflow/serving/predict"},
  "other":{"inputs":{},"outputs":{},"method_name":"tensorflow/serving/predict"}}}}})";

template <typename T>
payload::NamedTensor tensor(std::string name, DataType type, Shape shape, std::vector<T> values) {
    Tensor made(type, shape);
    std::ranges::copy(values, made.as<T>().begin());
    return {std::move(name), std::move(made)};
}

std::string body_of(const payload::Tensors& inputs, Format format, std::string_view name = "") {
    const auto payload = encode_request(inputs, format, name);
    return payload ? payload->body : payload.error().message;
}

payload::Tensors two_inputs() {
    payload::Tensors inputs;
    inputs.push_back(tensor<float>("a", DataType::fp32, {2, 2}, {1, 2, 3, 4.5f}));
    inputs.push_back({"s", pack_bytes({"x", "\xff"}, {2})});
    return inputs;
}

const Signature kOne{{}, {{"y", DataType::fp32, {-1, 2}}}};
const Signature kTwo{{}, {{"l", DataType::int64, {-1}}, {"s_bytes", DataType::bytes, {-1}}}};

TEST(TfsMetadata, ReadsTheSignature) {
    const auto model = parse_metadata(kMetadata);
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->version, "3");
    EXPECT_EQ(model->signature_name, "serving_default");
    EXPECT_EQ(model->signature.to_string(), "x FP32[-1,2] -> y INT64[-1]");
    EXPECT_EQ(parse_metadata(kMetadata, "other")->signature.inputs.size(), 0u);
    EXPECT_THAT(parse_metadata(kMetadata, "none").error().message,
                HasSubstr("no signature 'none'"));
}

TEST(TfsMetadata, BelievesOnlyItsOwnFields) {
    EXPECT_FALSE(parse_status(R"({"status":"ok"})"));
    EXPECT_FALSE(parse_status(R"({"model_version_status":[]})"));
    const auto status = parse_status(
        R"({"model_version_status":[{"version":"1","state":"AVAILABLE","status":{}}]})");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->front().state, "AVAILABLE");
    EXPECT_FALSE(parse_metadata("{}"));
    EXPECT_FALSE(parse_metadata(R"({"model_spec":{},"metadata":[]})"));
}

TEST(TfsPredict, RowsNestAndASingleInputHasNoName) {
    payload::Tensors inputs;
    inputs.push_back(tensor<float>("x", DataType::fp32, {2, 2}, {1, 2, 3, 4.5f}));
    EXPECT_EQ(body_of(inputs, Format::row), R"({"instances":[[1,2],[3,4.5]]})");
    EXPECT_EQ(body_of(inputs, Format::columnar, "other"),
              R"({"signature_name":"other","inputs":[[1,2],[3,4.5]]})");
}

TEST(TfsPredict, SeveralInputsAreNamedInEachRow) {
    EXPECT_EQ(body_of(two_inputs(), Format::row),
              R"({"instances":[{"a":[1,2],"s":{"b64":"eA=="}},{"a":[3,4.5],"s":{"b64":"/w=="}}]})");
    EXPECT_EQ(body_of(two_inputs(), Format::columnar, "serving_default"),
              R"({"inputs":{"a":[[1,2],[3,4.5]],"s":[{"b64":"eA=="},{"b64":"/w=="}]}})");
}

TEST(TfsPredict, RowsOfDifferentNumberNeedTheColumnarForm) {
    auto inputs = two_inputs();
    inputs[1].tensor = pack_bytes({"x"}, {1});
    EXPECT_THAT(body_of(inputs, Format::row), HasSubstr("--columnar"));
    EXPECT_EQ(natural_format({{{"x", DataType::fp32, {2}}}, {}}), Format::columnar);
    EXPECT_EQ(natural_format({{{"x", DataType::fp32, {-1}}}, {}}), Format::row);
}

TEST(TfsPredict, ReadsBothFormsOfAnswer) {
    for (const char* body : {R"({"predictions":[[1,2],[3,4]]})", R"({"outputs":[[1,2],[3,4]]})"}) {
        const auto outputs = decode_answer(body, kOne);
        ASSERT_TRUE(outputs) << outputs.error().message;
        EXPECT_EQ(v2::form_error(*outputs, kOne, 2), std::nullopt);
        EXPECT_THAT(outputs->front().tensor.as<float>(), ElementsAre(1, 2, 3, 4));
    }
    for (const char* body : {R"({"predictions":[{"l":7,"s_bytes":{"b64":"eA=="}}]})",
                             R"({"outputs":{"l":[7],"s_bytes":[{"b64":"eA=="}]}})"}) {
        const auto outputs = decode_answer(body, kTwo);
        ASSERT_TRUE(outputs) << outputs.error().message;
        EXPECT_THAT(outputs->front().tensor.as<std::int64_t>(), ElementsAre(7));
        EXPECT_THAT(split_bytes((*outputs)[1].tensor.data(), 1).value(), ElementsAre("x"));
    }
}

TEST(TfsPredict, SaysWhatIsWrongWithAnAnswer) {
    const auto error = [](std::string_view body, const Signature& signature) {
        const auto outputs = decode_answer(body, signature);
        return outputs ? "" : outputs.error().message;
    };
    EXPECT_EQ(error(R"({"predictions":[[NaN,1]]})", kOne), "it has a value NaN");
    EXPECT_EQ(error(R"({"predictions":[[-Infinity,1]]})", kOne), "it has a value Infinity");
    EXPECT_EQ(error("<html>", kOne), "its body is not JSON");
    EXPECT_THAT(error(R"({"error":"x"})", kOne), HasSubstr("no 'predictions'"));
    EXPECT_THAT(error(R"({"predictions":[[1],[1,2]]})", kOne), HasSubstr("output 'y'"));
    EXPECT_THAT(error(R"({"predictions":[{"l":1}]})", kTwo),
                HasSubstr("'s_bytes' is missing in row 0"));
    EXPECT_THAT(error(R"({"predictions":7})", kOne), HasSubstr("no list"));
}

}  // namespace
}  // namespace mettle::protocols::tfs
