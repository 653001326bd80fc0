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

struct Pieces : ::testing::Test {
    Result<void> run(std::int64_t rows, std::int64_t most_rows) {
        fill(call, model, rows, 1);
        return run_in_pieces(model, piece, call, most_rows, nullptr,
                             [this](std::int64_t its_rows, Duration) { ran.push_back(its_rows); });
    }
    FakeModel model;
    FakeSlab piece;
    Call call;
    std::vector<std::int64_t> ran;
};

TEST_F(Pieces, OfALargeCallMakeOneAnswer) {
    ASSERT_TRUE(run(5, 2));
    EXPECT_THAT(ran, ElementsAre(2, 2, 1));
    EXPECT_THAT(answer_of(call), ElementsAre(2, 4, 6, 8, 10, 12, 14, 16, 18, 20));
    EXPECT_EQ(call.slab->output(0).shape, Shape({5, 2}));
}

TEST_F(Pieces, OneThatFailsIsTheLast) {
    model.answer = [](std::span<const float> in, std::span<float> out) -> Result<void> {
        if (in[0] == 5) return fail(Error::Kind::invalid_input, "five");
        return FakeModel::doubled(in, out);
    };
    const auto result = run(8, 2);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "five");
    EXPECT_THAT(ran, ElementsAre(2));
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
