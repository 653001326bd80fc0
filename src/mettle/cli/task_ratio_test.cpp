#include "mettle/cli/task_ratio.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace mettle::cli {
namespace {

using ::testing::HasSubstr;

const std::vector<ClassTasks> kClasses = {
    {"Buyer", 3, 0, {{"look", 3}, {"buy", 1}}},
    {"Admin", 1, 0, {{"look", 1}}},
};

TEST(TaskRatio, IsByClassAndInAll) {
    const auto json = nlohmann::json::parse(task_ratio_json(kClasses, 4));
    EXPECT_EQ(json["per_class"]["Buyer"]["ratio"], 0.75);
    EXPECT_EQ(json["per_class"]["Buyer"]["tasks"]["buy"]["ratio"], 0.25);
    EXPECT_EQ(json["total"]["Buyer"]["ratio"], 0.75);
    EXPECT_EQ(json["total"]["Buyer"]["tasks"]["look"]["ratio"], 0.5625);
    EXPECT_EQ(json["total"]["Admin"]["tasks"]["look"]["ratio"], 0.25);
    EXPECT_THAT(task_ratio_text(kClasses, 4), HasSubstr("  75.0%  Buyer\n    75.0%  look\n"));
}

TEST(TaskRatio, FixedCountsAreTakenFromTheUsers) {
    auto classes = kClasses;
    classes[1].fixed_count = 2;
    const auto json = nlohmann::json::parse(task_ratio_json(classes, 10));
    EXPECT_EQ(json["per_class"]["Admin"]["ratio"], 0.2);
    EXPECT_EQ(json["per_class"]["Buyer"]["ratio"], 0.8);
}

TEST(TaskRatio, OfAMarkovChainIsHowOftenTasksAreVisited) {
    const auto shares = visits({{0, 1, 0}, {1, 0, 1}, {0, 1, 0}});  // Periodic: a walk 1 of 2.
    EXPECT_NEAR(shares[0], 0.25, 1e-3);
    EXPECT_NEAR(shares[1], 0.5, 1e-3);
    EXPECT_NEAR(shares[2], 0.25, 1e-3);
}

}  // namespace
}  // namespace mettle::cli
