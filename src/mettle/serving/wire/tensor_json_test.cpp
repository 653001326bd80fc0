#include "mettle/serving/wire/tensor_json.hpp"

#include <gmock/gmock.h>

#include <array>
#include <limits>

namespace mettle::wire {
namespace {

TensorView view(DataType type, const Shape& shape, const auto& values) {
    return {type, shape, std::as_bytes(std::span(values))};
}

std::string nested(const TensorView& tensor, ElementForm form = {}) {
    std::string out;
    append_nested(out, tensor, form);
    return out;
}

TEST(AppendNested, NestsAsTheShapeSays) {
    const std::array<float, 4> values = {1, 2.5, 3, 4};
    EXPECT_EQ(nested(view(DataType::fp32, {4}, values)), "[1,2.5,3,4]");
    EXPECT_EQ(nested(view(DataType::fp32, {2, 2}, values)), "[[1,2.5],[3,4]]");
    EXPECT_EQ(nested(view(DataType::fp32, {2, 1, 2}, values)), "[[[1,2.5]],[[3,4]]]");
    EXPECT_EQ(nested(view(DataType::fp32, {}, std::array{7.0f})), "7");
    EXPECT_EQ(nested(view(DataType::fp32, {2, 0}, std::array<float, 0>())), "[[],[]]");
}

TEST(AppendNested, WritesFloatsAsTheProtocolWantsThem) {
    const std::array values = {1.0, 0.5, 1e300, std::numeric_limits<double>::quiet_NaN()};
    const TensorView tensor = view(DataType::fp64, {4}, values);
    EXPECT_EQ(nested(tensor, {.point = true}), "[1.0,0.5,1e+300,NaN]");
    EXPECT_EQ(nested(tensor, {.non_finite = ElementForm::NonFinite::null}), "[1,0.5,1e+300,null]");
    EXPECT_EQ(nested(view(DataType::fp16, {1}, std::array{to_fp16(1.5f)})), "[1.5]");
    EXPECT_EQ(nested(view(DataType::int8, {1}, std::array<std::int8_t, 1>{-3}), {.point = true}),
              "[-3]");
}

TEST(AppendNested, WritesStringsAndBytes) {
    const Tensor tensor = pack_bytes({"a", "\"", std::string("\0", 1), "d"}, {2, 2});
    EXPECT_EQ(nested(tensor), R"([["a","\""],["\u0000","d"]])");
    EXPECT_EQ(nested(tensor, {.b64 = true}),
              R"([[{"b64":"YQ=="},{"b64":"Ig=="}],[{"b64":"AA=="},{"b64":"ZA=="}]])");
}

TEST(RowWriter, GivesOneRowAfterTheOther) {
    const std::array<std::int32_t, 4> values = {1, 2, 3, 4};
    RowWriter rows(view(DataType::int32, {2, 2}, values), {});
    RowWriter scalars(view(DataType::int32, {4}, values), {});
    std::string out;
    rows.append(out);
    scalars.append(out += ' ');
    rows.append(out += ' ');
    scalars.append(out += ' ');
    EXPECT_EQ(out, "[1,2] 1 [3,4] 2");
}

}  // namespace
}  // namespace mettle::wire
