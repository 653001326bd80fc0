#include "mettle/inference/batch.hpp"

#include "mettle/inference/fake_model_test.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using ::testing::ElementsAre;

struct Call final : InferenceCall {
    void on_result(Result<void>) override {}
};

TEST(Batch, GivesEachCallItsOwnRows) {
    FakeModel model;
    Call one, two, three;
    fill(one, model, 1, 1);
    fill(two, model, 2, 10);
    fill(three, model, 1, 100);
    std::vector<InferenceCall*> calls = {&one, &two, &three};
    FakeSlab joined;
    ASSERT_TRUE(run_joined(model, joined, calls));
    EXPECT_THAT(answer_of(one), ElementsAre(2, 4));
    EXPECT_THAT(answer_of(two), ElementsAre(20, 22, 24, 26));
    EXPECT_THAT(answer_of(three), ElementsAre(200, 202));
    EXPECT_EQ(two.slab->output(0).shape, Shape({2, 2}));
}

TEST(Batch, AModelThatMixesItsRowsIsFoundOut) {
    FakeModel model;
    EXPECT_TRUE(rows_are_independent(model));
    model.answer = FakeModel::mixed;
    EXPECT_FALSE(rows_are_independent(model));
}

TEST(Batch, OnlyRowsOfOneShapeGoTogether) {
    const Signature ragged{{{"x", DataType::fp32, {-1, -1}}}, {{"y", DataType::fp32, {-1, 2}}}};
    FakeSlab two, other_two, three;
    two.input(0, {1, 2});
    other_two.input(0, {5, 2});
    three.input(0, {1, 3});
    EXPECT_TRUE(same_row_shape(ragged, two, other_two));
    EXPECT_FALSE(same_row_shape(ragged, two, three));
}

TEST(Batch, BytesAndFixedRowsCannotBeJoined) {
    EXPECT_TRUE(rows_can_be_joined(FakeModel().signature()));
    EXPECT_FALSE(
        rows_can_be_joined({{{"x", DataType::bytes, {-1, 2}}}, {{"y", DataType::fp32, {-1, 2}}}}));
    EXPECT_FALSE(
        rows_can_be_joined({{{"x", DataType::fp32, {1, 2}}}, {{"y", DataType::fp32, {1, 2}}}}));
}

}  // namespace
}  // namespace mettle
