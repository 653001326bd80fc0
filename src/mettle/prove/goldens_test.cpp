#include "mettle/prove/goldens.hpp"

#include <gmock/gmock.h>

namespace mettle::prove {
namespace {

using ::testing::HasSubstr;

Signature digits() {
    return {{{"x", DataType::fp32, {-1, 2}}},
            {{"label", DataType::int64, {-1}}, {"p", DataType::fp32, {-1, 3}}}};
}

std::string error_of(std::string_view text) {
    const auto goldens = parse_samples(text, digits());
    return goldens ? "none" : goldens.error().message;
}

TEST(Goldens, ReadsInputsOutputsAndTolerance) {
    const auto goldens = parse_samples(
        R"({"samples":[{"inputs":{"x":[[1.5,2]]},"outputs":{"label":[7]},"atol":0.001}]})",
        digits());
    ASSERT_TRUE(goldens) << goldens.error().message;
    const Golden& golden = goldens->at(0);
    EXPECT_EQ(golden.inputs[0].tensor.shape, (Shape{1, 2}));
    EXPECT_EQ(golden.inputs[0].tensor.as<float>()[0], 1.5F);
    ASSERT_EQ(golden.outputs->size(), 1u);
    EXPECT_EQ(golden.outputs->at(0).tensor.as<std::int64_t>()[0], 7);
    EXPECT_EQ(golden.tolerance.absolute, 0.001);
}

TEST(Goldens, SaysWhatIsWrongAndWhere) {
    EXPECT_THAT(error_of("nope"), HasSubstr("is not JSON"));
    for (const char* text : {"[]", "{}", R"({"samples":[]})", R"({"samples":{}})"})
        EXPECT_THAT(error_of(text), HasSubstr("at least one sample")) << text;
    EXPECT_THAT(error_of(R"({"samples":[{"inputs":{"x":[[1,2]]},"outputs":{"label":[7]}},3]})"),
                HasSubstr("sample 1: must be an object"));
    EXPECT_THAT(error_of(R"({"samples":[{"inputs":{},"outputs":{}}]})"),
                HasSubstr("inputs x is missing"));
    EXPECT_THAT(error_of(R"({"samples":[{"inputs":{"x":[[1,2,3]]},"outputs":{}}]})"),
                HasSubstr("inputs x has the shape [1,3], not [-1,2]"));
    EXPECT_THAT(error_of(R"({"samples":[{"inputs":{"x":[[1,"a"]]},"outputs":{}}]})"),
                HasSubstr("sample 0: inputs x: "));
    EXPECT_THAT(error_of(R"({"samples":[{"inputs":{"x":[[1,2]]},"outputs":{"y":[1]}}]})"),
                HasSubstr("`outputs` names a tensor that the model has not"));
    EXPECT_THAT(error_of(R"({"samples":[{"inputs":{"x":[[1,2]]},"outputs":{},"atol":-1}]})"),
                HasSubstr("`atol`"));
}

TEST(Goldens, ReadsThoseOfTheExampleModels) {
    const Signature digits{
        {{"pixels", DataType::fp32, {-1, 64}}},
        {{"label", DataType::int64, {-1}}, {"probabilities", DataType::fp32, {-1, 10}}}};
    const auto file = find_samples("models/digits", "digits");
    ASSERT_TRUE(file);
    EXPECT_EQ(find_samples("models/digits/model.onnx", "model"), file);
    EXPECT_EQ(find_samples("models", "digits"), file);
    EXPECT_FALSE(find_samples("models", "none"));
    const auto goldens = read_samples(*file, digits);
    ASSERT_TRUE(goldens) << goldens.error().message;
    EXPECT_GE(goldens->size(), 16u);
}

}  // namespace
}  // namespace mettle::prove
