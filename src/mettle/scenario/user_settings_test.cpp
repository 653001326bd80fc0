#include "mettle/scenario/user_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::scenario {
namespace {

using ::testing::HasSubstr;

std::vector<UserKind> users() {
    std::vector<UserKind> made(2);
    made[0].name = "Shopper";
    made[0].weight = 3;
    made[0].tasks = {{"browse", 3, {}, {}}, {"buy", 1, {}, {}}, {"never", 0, {}, {}}};
    made[1].name = "StockKeeper";
    made[1].tasks = {{"count", 1, {}, {}}};
    return made;
}

std::string mistake(std::string_view json) {
    const auto settings = parse_user_settings(json);
    if (!settings) return settings.error().message;
    auto all = users();
    for (const UserSettings& each : *settings) {
        if (const auto applied = apply_settings(each, all); !applied)
            return applied.error().message;
    }
    return "";
}

TEST(UserSettings, ChangeWhatTheyNameAndNothingElse) {
    const auto settings = parse_user_settings(
        R"([{"user_class_name": "Shopper", "weight": 2.5, "tasks": ["buy"]},
            {"user_class_name": "StockKeeper", "fixed_count": 4}])");
    ASSERT_TRUE(settings) << settings.error().message;
    auto all = users();
    for (const UserSettings& each : *settings) ASSERT_TRUE(apply_settings(each, all));
    EXPECT_EQ(all[0].weight, 2.5);
    EXPECT_EQ(all[0].fixed_count, 0);
    ASSERT_EQ(all[0].tasks.size(), 1U);
    EXPECT_EQ(all[0].tasks[0].name, "buy");
    EXPECT_EQ(all[1].weight, 1);
    EXPECT_EQ(all[1].fixed_count, 4);
    EXPECT_EQ(all[1].tasks.size(), 1U);
}

TEST(UserSettings, SayWhatIsWrong) {
    EXPECT_THAT(mistake("{"), HasSubstr("not valid JSON"));
    EXPECT_THAT(mistake("3"), HasSubstr("write an object"));
    EXPECT_THAT(mistake(R"({"weight": 1})"), HasSubstr("\"user_class_name\""));
    EXPECT_THAT(mistake(R"({"user_class_name": "Shoper"})"), HasSubstr("did you mean 'Shopper'"));
    EXPECT_THAT(mistake(R"({"user_class_name": "Shopper", "wieght": 1})"),
                HasSubstr("Shopper: 'wieght' is not known; did you mean 'weight'"));
    EXPECT_THAT(mistake(R"({"user_class_name": "Shopper", "weight": -1})"),
                HasSubstr("from 0 on, not -1"));
    EXPECT_THAT(mistake(R"({"user_class_name": "Shopper", "fixed_count": 1.5})"),
                HasSubstr("whole number"));
    EXPECT_THAT(mistake(R"({"user_class_name": "Shopper", "tasks": "buy"})"),
                HasSubstr("a list of the names"));
    EXPECT_THAT(mistake(R"({"user_class_name": "Shopper", "tasks": ["bye"]})"),
                HasSubstr("has no task 'bye'; did you mean 'buy'"));
    EXPECT_THAT(mistake(R"({"user_class_name": "Shopper", "tasks": []})"),
                HasSubstr("no task is left"));
    EXPECT_THAT(mistake(R"({"user_class_name": "Shopper", "host": "http://x"})"),
                HasSubstr("one target"));
}

TEST(UserSettings, AChainOfTasksIsNotPickedFrom) {
    auto all = users();
    all[0].moves = {{0, 1, 0}, {1, 0, 0}, {1, 0, 0}};
    UserSettings settings{"Shopper"};
    settings.tasks = {"buy"};
    const auto applied = apply_settings(settings, all);
    ASSERT_FALSE(applied);
    EXPECT_THAT(applied.error().message, HasSubstr("chain of tasks"));
}

TEST(UserSettings, EqualWeightsLeaveOutWhatHasNone) {
    auto all = users();
    equal_weights(all);
    EXPECT_EQ(all[0].weight, 1);
    EXPECT_EQ(all[0].tasks[0].weight, 1);
    EXPECT_EQ(all[0].tasks[1].weight, 1);
    EXPECT_EQ(all[0].tasks[2].weight, 0);
}

TEST(UserSettings, EqualWeightsReachNestedSets) {
    std::vector<UserSpec> all(1);
    all[0].weight = 5;
    TaskSpec& outer = all[0].set.tasks.emplace_back();
    outer.weight = 4;
    outer.nested = std::make_unique<TaskSetSpec>();
    outer.nested->tasks.emplace_back().weight = 9;
    equal_weights(all);
    EXPECT_EQ(all[0].weight, 1);
    EXPECT_EQ(all[0].set.tasks[0].weight, 1);
    EXPECT_EQ(all[0].set.tasks[0].nested->tasks[0].weight, 1);
}

}  // namespace
}  // namespace mettle::scenario
