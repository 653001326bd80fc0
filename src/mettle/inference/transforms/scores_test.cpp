#include "mettle/inference/transforms/scores.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Softmax, SumsToOneAndDoesNotOverflow) {
    std::vector<float> scores{1, 2, 3};
    softmax(scores);
    EXPECT_THAT(scores, ElementsAre(FloatNear(0.0900306F, 1e-6F), FloatNear(0.2447285F, 1e-6F),
                                    FloatNear(0.6652410F, 1e-6F)));
    std::vector<float> great{1000, 1000, -1000};
    softmax(great);
    EXPECT_THAT(great, ElementsAre(0.5F, 0.5F, 0.F));
    softmax({});
}

TEST(Sigmoid, GoesFromZeroToOne) {
    std::vector<float> scores{-1000, 0, 1000};
    sigmoid(scores);
    EXPECT_THAT(scores, ElementsAre(0.F, 0.5F, 1.F));
}

TEST(TopClasses, PutsTheBestFirstAndOfEqualOnesTheLowerIndex) {
    const std::vector<float> scores{0.1F, kNan, 0.4F, 0.4F, 0.2F};
    EXPECT_THAT(top_classes(scores, 3),
                ElementsAre(RankedClass{2, 0.4F}, RankedClass{3, 0.4F}, RankedClass{4, 0.2F}));
    const auto all = top_classes(scores, 9);
    ASSERT_EQ(all.size(), 5u);
    EXPECT_EQ(all.back().index, 1);
    EXPECT_TRUE(top_classes({}, 1).empty());
}

}  // namespace
}  // namespace mettle
