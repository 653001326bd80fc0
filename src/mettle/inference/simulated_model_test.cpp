#include "mettle/inference/simulated_model.hpp"

#include "mettle/inference/batch.hpp"

#include <gmock/gmock.h>

#include <cstring>

namespace mettle {
namespace {

using ::testing::ElementsAre;

std::unique_ptr<Model> simulated(std::string_view text) {
    return make_simulated(parse_simulated(text, nullptr).value());
}

std::vector<float> floats(const TensorView& view) {
    std::vector<float> values(view.data.size() / sizeof(float));
    std::memcpy(values.data(), view.data.data(), view.data.size());
    return values;
}

void put(Slab& slab, std::int64_t rows, const std::vector<float>& values) {
    const auto width = static_cast<std::int64_t>(values.size()) / rows;
    std::memcpy(slab.input(0, {rows, width}).data(), values.data(), values.size() * sizeof(float));
}

struct Cancelled final : RunToken {
    bool cancelled() const override { return true; }
};

TEST(SimulatedModel, AnswersSumAndFirstOfEachRow) {
    const auto model = simulated("m=constant(0),width=any");
    const auto slab = model->make_slab();
    put(*slab, 2, {1, 2, 3, 10, 20, 30});
    ASSERT_TRUE(model->run(*slab, nullptr));
    EXPECT_THAT(floats(slab->output(0)), ElementsAre(6, 60));
    EXPECT_THAT(floats(slab->output(1)), ElementsAre(1, 10));
}

TEST(SimulatedModel, TakesNoRowsAndNoColumns) {
    const auto model = simulated("m=constant(0),width=any");
    const auto slab = model->make_slab();
    slab->input(0, {0, 3});
    ASSERT_TRUE(model->run(*slab, nullptr));
    EXPECT_EQ(slab->output(0).shape, (Shape{0}));
    slab->input(0, {2, 0});
    ASSERT_TRUE(model->run(*slab, nullptr));
    EXPECT_THAT(floats(slab->output(0)), ElementsAre(0, 0));
}

TEST(SimulatedModel, ItsRowsMayBeRunTogether) {
    EXPECT_TRUE(rows_are_independent(*simulated("m=constant(0)")));
}

// An hour's run that is not wanted is over before this test notices.
TEST(SimulatedModel, EndsWhenNobodyWaits) {
    for (const char* text : {"m=constant(1h)", "m=constant(1h),burn"}) {
        const auto model = simulated(text);
        const auto slab = model->make_slab();
        put(*slab, 1, {1, 2, 3, 4});
        const Cancelled token;
        EXPECT_EQ(model->run(*slab, &token).error().kind, Error::Kind::cancelled) << text;
    }
}

std::vector<int> failures_of(std::string_view text, int requests) {
    const auto model = simulated(text);
    const auto slab = model->make_slab();
    std::vector<int> failed;
    for (int number = 0; number < requests; ++number)
        if (!model->after(*slab)) failed.push_back(number);
    return failed;
}

TEST(SimulatedModel, FailsItsShareOfRequestsTheSameEachTime) {
    const auto failed = failures_of("m=constant(0),fail=2%", 20'000);
    EXPECT_NEAR(static_cast<double>(failed.size()) / 20'000, 0.02, 0.004);
    EXPECT_EQ(failed, failures_of("m=constant(0),fail=2%", 20'000));
    EXPECT_NE(failed, failures_of("m=constant(0),fail=2%,seed=2", 20'000));
    EXPECT_TRUE(failures_of("m=constant(0)", 20'000).empty());
}

}  // namespace
}  // namespace mettle
