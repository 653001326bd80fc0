#include "mettle/analysis/isotonic.hpp"

#include <gmock/gmock.h>

namespace mettle::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Isotonic, LeavesWhatRisesAsItIs) {
    EXPECT_THAT(isotonic_fit(std::vector<WeightedPoint>{{1, -2}, {2, 0}, {3, 5}}),
                ElementsAre(-2, 0, 5));
    EXPECT_THAT(isotonic_fit({}), IsEmpty());
}

TEST(Isotonic, PoolsNeighboursThatFallByWeight) {
    EXPECT_THAT(isotonic_fit(std::vector<WeightedPoint>{{1, 1}, {2, 4}, {3, 2}, {4, 3}, {5, 9}}),
                ElementsAre(1, 3, 3, 3, 9));
    EXPECT_THAT(isotonic_fit(std::vector<WeightedPoint>{{1, 4, 1}, {2, 1, 2}}), ElementsAre(2, 2));
}

TEST(Isotonic, FindsTheRootInAnyOrder) {
    EXPECT_EQ(isotonic_root({{4, 1}, {2, -1}, {1, -5}}), 3.0);
    EXPECT_EQ(isotonic_root({{1, -1}, {2, -1}}), std::nullopt);
    EXPECT_EQ(isotonic_root({{1, 1}, {2, 2}}), std::nullopt);
    EXPECT_EQ(isotonic_root({}), std::nullopt);
}

// One probe at 200 was disturbed and failed; those around it passed.
TEST(Isotonic, DoesNotLetOneBadProbeDecide) {
    const auto root = isotonic_root({{100, -2}, {200, 0.5}, {300, -1}, {400, -0.8}, {500, 1}});
    ASSERT_TRUE(root);
    EXPECT_GT(*root, 400);
}

}  // namespace
}  // namespace mettle::analysis
