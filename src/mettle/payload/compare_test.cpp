#include "mettle/payload/compare.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mettle::payload {
namespace {

Tensor floats(std::initializer_list<float> values) {
    Tensor tensor(DataType::fp32, Shape{static_cast<std::int64_t>(values.size())});
    std::copy(values.begin(), values.end(), tensor.as<float>().begin());
    return tensor;
}

TEST(Compare, TakesFloatsWithinToleranceForEqual) {
    EXPECT_FALSE(difference(floats({1, 100}), floats({1.000001F, 100.005F}), {}));
    EXPECT_EQ(difference(floats({1, 2}), floats({1, 2.1F}), {}), "[1] is 2, not 2.1");
    EXPECT_FALSE(difference(floats({1, 2}), floats({1, 2.1F}), {.absolute = 0.2}));
}

TEST(Compare, NanIsRightOnlyWhereItIsExpected) {
    EXPECT_TRUE(difference(floats({NAN}), floats({1}), {}));
    EXPECT_TRUE(difference(floats({1}), floats({NAN}), {}));
    EXPECT_FALSE(difference(floats({NAN}), floats({NAN}), {}));
    EXPECT_TRUE(difference(floats({INFINITY}), floats({1}), {}));
}

TEST(Compare, IntegersAndTextsMustBeEqual) {
    Tensor three(DataType::int64, {1}), seven(DataType::int64, {1});
    three.as<std::int64_t>()[0] = 3;
    seven.as<std::int64_t>()[0] = 7;
    EXPECT_EQ(difference(three, seven, {.absolute = 10}), "[0] is 3, not 7");
    EXPECT_EQ(difference(pack_bytes({"a", "b"}, {2}), pack_bytes({"a", "c"}, {2}), {}),
              "[1] is 'b', not 'c'");
}

TEST(Compare, SaysWhichShapeOrTypeIsAnother) {
    EXPECT_EQ(difference(floats({1}), floats({1, 2}), {}), "has shape [1], not [2]");
    EXPECT_EQ(difference(floats({1}), Tensor(DataType::int32, {1}), {}),
              "is of type FP32, not INT32");
}

TEST(Compare, FindsWhatIsNotFinite) {
    EXPECT_FALSE(not_finite(floats({1, 2})));
    EXPECT_EQ(not_finite(floats({1, NAN})), "[1] is NaN");
    EXPECT_EQ(not_finite(floats({-INFINITY})), "[0] is infinite");
}

}  // namespace
}  // namespace mettle::payload
