#include "mettle/inference/memory_budget.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MemoryBudgetTest, NobodyGoesWhileAllFit) {
    const MemoryUse uses[] = {{40, 1, false}, {60, 2, true}};
    EXPECT_THAT(choose_evictions(uses, 100), IsEmpty());
}

TEST(MemoryBudgetTest, TheLeastRecentlyUsedGoFirstAndNoMoreThanItTakes) {
    const MemoryUse uses[] = {{30, 9, false}, {30, 1, false}, {30, 5, false}, {30, 0, true}};
    EXPECT_THAT(choose_evictions(uses, 100), ElementsAre(1));
    EXPECT_THAT(choose_evictions(uses, 60), ElementsAre(1, 2));
}

TEST(MemoryBudgetTest, WhoWasNeverUsedGoesBeforeAll) {
    const MemoryUse uses[] = {{30, 1, false}, {30, 0, false}, {50, 0, true}};
    EXPECT_THAT(choose_evictions(uses, 100), ElementsAre(1));
}

TEST(MemoryBudgetTest, NobodyGoesForOneThatIsLargerThanTheBudget) {
    const MemoryUse uses[] = {{30, 1, false}, {200, 0, true}};
    EXPECT_FALSE(pinned_fit(uses, 100));
    EXPECT_THAT(choose_evictions(uses, 100), IsEmpty());
}

}  // namespace
}  // namespace mettle
