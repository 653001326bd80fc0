#include "mettle/inference/tensor_values.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Tensor> of(std::string_view json, DataType type) {
    Mistakes mistakes;
    const YamlNode node = parse_yaml(json, mistakes.add_file("x"), mistakes);
    EXPECT_TRUE(mistakes.empty());
    return tensor_of(node, type);
}

TEST(TensorValuesTest, NestedListsAreATensor) {
    const auto tensor = of("[[1, 2.5], [-3, 4e2]]", DataType::fp32);
    ASSERT_TRUE(tensor);
    EXPECT_EQ(tensor->shape, (Shape{2, 2}));
    EXPECT_THAT(tensor->as<const float>(), ElementsAre(1, 2.5, -3, 400));
    EXPECT_THAT(of("[true, false]", DataType::boolean)->as<const std::uint8_t>(),
                ElementsAre(1, 0));
    EXPECT_EQ(of("[\"a\", \"bc\"]", DataType::bytes)->data().size(), 11U);
    EXPECT_EQ(of("[]", DataType::fp32)->shape, (Shape{0}));
}

TEST(TensorValuesTest, SaysWhatDoesNotFit) {
    EXPECT_THAT(of("[[1, 2], [3]]", DataType::fp32).error().message, HasSubstr("unlike lengths"));
    EXPECT_THAT(of("[1, [2]]", DataType::fp32).error().message, HasSubstr("among plain values"));
    EXPECT_THAT(of("[300]", DataType::uint8).error().message, HasSubstr("'300' is no UINT8"));
    EXPECT_THAT(of("[1.5]", DataType::int64).error().message, HasSubstr("'1.5' is no INT64"));
    EXPECT_THAT(of("[x]", DataType::fp64).error().message, HasSubstr("'x' is no FP64"));
    EXPECT_FALSE(of("[[[[[[[[[1]]]]]]]]]", DataType::fp32));
}

}  // namespace
}  // namespace mettle
