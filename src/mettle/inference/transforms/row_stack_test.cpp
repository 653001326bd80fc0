#include "mettle/inference/transforms/row_stack.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using ::testing::ElementsAre;

struct RowStackTest : ::testing::Test {
    Result<void> add(RowStack& stack, const Shape& shape, std::vector<std::int32_t> values) {
        return stack.add({DataType::int32, shape, std::as_bytes(std::span(values))});
    }
    std::vector<std::int32_t> written(const RowStack& stack) {
        Tensor whole(DataType::int32, stack.shape());
        stack.write(whole.data());
        const auto values = whole.as<std::int32_t>();
        return {values.begin(), values.end()};
    }
};

TEST_F(RowStackTest, FillsUpToTheLongestRow) {
    RowStack stack(DataType::int32, {.value = -7});
    ASSERT_TRUE(add(stack, {1}, {1}));
    ASSERT_TRUE(add(stack, {3}, {2, 3, 4}));
    ASSERT_TRUE(add(stack, {0}, {}));
    EXPECT_EQ(stack.shape(), (Shape{3, 3}));
    EXPECT_THAT(written(stack), ElementsAre(1, -7, -7, 2, 3, 4, -7, -7, -7));
}

TEST_F(RowStackTest, FillsUpToAMultiple) {
    RowStack stack(DataType::int32, {.multiple = 4});
    ASSERT_TRUE(add(stack, {1}, {1}));
    EXPECT_EQ(stack.shape(), (Shape{1, 4}));
    ASSERT_TRUE(add(stack, {4}, {2, 3, 4, 5}));
    EXPECT_EQ(stack.shape(), (Shape{2, 4}));
    EXPECT_THAT(written(stack), ElementsAre(1, 0, 0, 0, 2, 3, 4, 5));
}

TEST_F(RowStackTest, FillsUpEveryDimension) {
    RowStack stack(DataType::int32, {});
    ASSERT_TRUE(add(stack, {2, 1}, {1, 2}));
    ASSERT_TRUE(add(stack, {1, 2}, {3, 4}));
    EXPECT_EQ(stack.shape(), (Shape{2, 2, 2}));
    EXPECT_THAT(written(stack), ElementsAre(1, 0, 2, 0, 3, 4, 0, 0));
}

TEST_F(RowStackTest, StacksScalarsAndIsUsedAgain) {
    RowStack stack(DataType::int32, {.value = 9, .multiple = 8});
    ASSERT_TRUE(add(stack, {2}, {1, 2}));
    stack.clear();
    ASSERT_TRUE(add(stack, {}, {5}));
    ASSERT_TRUE(add(stack, {}, {6}));
    EXPECT_EQ(stack.shape(), (Shape{2}));
    EXPECT_THAT(written(stack), ElementsAre(5, 6));
}

TEST_F(RowStackTest, RefusesRowsThatAreNotAlike) {
    RowStack stack(DataType::int32, {});
    ASSERT_TRUE(add(stack, {2}, {1, 2}));
    EXPECT_FALSE(add(stack, {1, 2}, {1, 2}));
    EXPECT_FALSE(stack.add({DataType::int64, {1}, std::vector<std::byte>(8)}));
}

}  // namespace
}  // namespace mettle
