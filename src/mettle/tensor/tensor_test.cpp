#include "mettle/tensor/tensor.hpp"

#include "mettle/tensor/signature.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace mettle {
namespace {

using ::testing::ElementsAre;

TEST(Shape, CountsElementsAndRefusesWhatWouldOverflow) {
    EXPECT_EQ((Shape{2, 3}.element_count()), 6);
    EXPECT_EQ(Shape{}.element_count(), 1);
    EXPECT_EQ((Shape{0, 1'000'000'000'000}.element_count()), 0);
    EXPECT_FALSE((Shape{-1, 3}.element_count()));
    EXPECT_FALSE((Shape{1 << 30, 1 << 30, 1 << 30}.element_count()));
    EXPECT_FALSE((Shape{std::numeric_limits<std::int64_t>::max(), 2}.element_count()));
}

TEST(Shape, MinusOneAcceptsAnySizeButNotANegativeOne) {
    EXPECT_TRUE((Shape{-1, 64}.accepts(Shape{5, 64})));
    EXPECT_FALSE((Shape{-1, 64}.accepts(Shape{5, 63})));
    EXPECT_FALSE((Shape{-1, 64}.accepts(Shape{64})));
    EXPECT_FALSE((Shape{-1, 64}.accepts(Shape{-1, 64})));
}

TEST(Tensor, PacksAndSplitsBytesElements) {
    const Tensor packed = pack_bytes({"cat", "", "dog"}, Shape{3});
    EXPECT_THAT(split_bytes(packed.data(), 3).value(), ElementsAre("cat", "", "dog"));
    EXPECT_FALSE(split_bytes(packed.data(), 2));
    EXPECT_FALSE(split_bytes(packed.data(), 4));
    EXPECT_FALSE(split_bytes(packed.data().first(9), 2));
}

TEST(DataType, HalfFloatsRoundTrip) {
    for (const float value : {0.0f, 1.0f, -2.5f, 65504.0f})
        EXPECT_EQ(from_fp16(to_fp16(value)), value);
    EXPECT_TRUE(std::isinf(from_fp16(to_fp16(1e6f))));
    EXPECT_EQ(from_bf16(to_bf16(1.0f)), 1.0f);
    EXPECT_TRUE(std::isnan(from_bf16(to_bf16(NAN))));
}

TEST(Signature, BatchesOnlyWhenEveryTensorHasRows) {
    Signature signature{{{"x", DataType::fp32, {-1, 64}}}, {{"label", DataType::int64, {-1}}}};
    EXPECT_TRUE(signature.batches());
    EXPECT_EQ(signature.to_string(), "x FP32[-1,64] -> label INT64[-1]");
    signature.outputs.push_back({"mean", DataType::fp32, {}});
    EXPECT_FALSE(signature.batches());
}

}  // namespace
}  // namespace mettle
