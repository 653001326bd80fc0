#include "mettle/payload/json_tensor.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace mettle::payload {
namespace {

using nlohmann::json;

std::string error_of(const char* text, DataType type, const Shape& shape) {
    const auto tensor = tensor_from_json(json::parse(text), type, shape);
    return tensor ? "none" : tensor.error().message;
}

std::string round_trip(const char* text, DataType type, const Shape& shape) {
    const auto tensor = tensor_from_json(json::parse(text), type, shape);
    std::string out;
    if (tensor) append_json(out, *tensor);
    return out;
}

TEST(JsonTensor, ReadsNestedAndFlat) {
    EXPECT_EQ(round_trip("[[1.5,2],[3,4]]", DataType::fp32, {2, 2}), "[1.5,2,3,4]");
    EXPECT_EQ(round_trip("[1.5,2,3,4]", DataType::fp64, {2, 2}), "[1.5,2,3,4]");
    EXPECT_EQ(round_trip("[true,0]", DataType::boolean, {2}), "[true,false]");
    EXPECT_EQ(round_trip("[\"a\\\"\",\"\"]", DataType::bytes, {2}), "[\"a\\\"\",\"\"]");
    EXPECT_EQ(round_trip("[18446744073709551615]", DataType::uint64, {1}),
              "[18446744073709551615]");
    EXPECT_EQ(round_trip("[-9223372036854775808]", DataType::int64, {1}), "[-9223372036854775808]");
}

TEST(JsonTensor, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(error_of("[[1],[\"x\"]]", DataType::fp32, {2, 1}), "[1][0] is no FP32");
    EXPECT_EQ(error_of("[1,2,3]", DataType::fp32, {2}), "more values where shape [2] wants 2");
    EXPECT_EQ(error_of("[1]", DataType::fp32, {2}), "1 values where shape [2] wants 2");
    EXPECT_EQ(error_of("[300]", DataType::uint8, {1}), "[0] is no UINT8");
    EXPECT_EQ(error_of("[-1]", DataType::uint8, {1}), "[0] is no UINT8");
    EXPECT_EQ(error_of("[1.5]", DataType::int32, {1}), "[0] is no INT32");
    EXPECT_EQ(error_of("[1]", DataType::bytes, {1}), "[0] is no text");
    EXPECT_EQ(error_of("[1]", DataType::fp32, {281474976710656}),
              "1 values where shape [281474976710656] wants 281474976710656");
}

TEST(JsonTensor, TellsTheShapeOfArrays) {
    EXPECT_EQ(shape_of_json(json::parse("[[1,2,3],[4,5,6]]")), (Shape{2, 3}));
    EXPECT_EQ(shape_of_json(json::parse("7")), Shape{});
    EXPECT_EQ(shape_of_json(json::parse("[]")), (Shape{0}));
}

}  // namespace
}  // namespace mettle::payload
