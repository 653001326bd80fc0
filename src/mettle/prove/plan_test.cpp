#include "mettle/prove/plan.hpp"

#include <gmock/gmock.h>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

ProveOptions a_model() {
    ProveOptions options;
    options.target = "models/digits";
    return options;
}

TEST(Plan, KeepsToTheTimesThatAreAdvertised) {
    auto options = a_model();
    EXPECT_LE(make_plan(options)->expected(), Duration(90s));
    options.profile = "quick";
    EXPECT_LE(make_plan(options)->expected(), Duration(30s));
    options.profile = "strict";
    EXPECT_LE(make_plan(options)->expected(), make_plan(options)->budget);
}

TEST(Plan, SkipsWhatNeedsStartingWhenTheTargetIsAUrl) {
    auto options = a_model();
    options.target = "v2+http://127.0.0.1:8000";
    const auto plan = make_plan(options);
    EXPECT_FALSE(plan->has(StageName::cold_start));
    EXPECT_TRUE(plan->has(StageName::capacity));
    EXPECT_THAT(plan->to_string(), HasSubstr("which prove cannot start"));
}

TEST(Plan, ShrinksToASmallerBudget) {
    auto options = a_model();
    options.budget = 40s;
    const auto plan = make_plan(options);
    ASSERT_TRUE(plan);
    EXPECT_LE(plan->expected(), Duration(40s) + Duration(1ms));
    EXPECT_GE(plan->expected(), Duration(39s));
    EXPECT_EQ(plan->profile.cold_starts, 5);
}

TEST(Plan, RefusesABudgetThatIsTooSmallAndSaysWhatFits) {
    auto options = a_model();
    options.budget = 10s;
    EXPECT_THAT(make_plan(options).error().message,
                HasSubstr("a budget of 10.0 s is too small: these stages need at least"));
    EXPECT_THAT(make_plan(options).error().message,
                HasSubstr("--stages-only cold_start,correctness would fit"));
    options.budget = 1s;
    EXPECT_THAT(make_plan(options).error().message, Not(HasSubstr("would fit")));
}

TEST(Plan, RefusesNamesThatItDoesNotKnow) {
    auto options = a_model();
    options.stages_only = {"steady", "nap"};
    EXPECT_EQ(make_plan(options).error().message,
              "there is no stage 'nap'; there are "
              "cold_start,correctness,steady,capacity,payload,overload,soak");
    options = a_model();
    options.profile = "lax";
    EXPECT_FALSE(make_plan(options));
}

TEST(Plan, RefusesFlagsThatContradictEachOther) {
    auto options = a_model();
    options.expect_rps = 500;
    options.max_rate = 100;
    EXPECT_EQ(make_plan(options).error().message,
              "--expect 500 is above the 100 rps that --max-rate allows");
    options = a_model();
    options.send.body = "{}";
    EXPECT_THAT(make_plan(options).error().message, HasSubstr("--method and --body are for plain"));
    options = a_model();
    options.target = "models/nowhere";
    EXPECT_THAT(make_plan(options).error().message, HasSubstr("there is no file or folder"));
}

TEST(Plan, TellsUrlsFromModels) {
    for (const char* url : {"http://a", "v2+http://a:1", "localhost:8000", "[::1]:80"})
        EXPECT_TRUE(is_url(url)) << url;
    for (const char* model : {"model.onnx", "models/digits", "a:b", "a:"})
        EXPECT_FALSE(is_url(model)) << model;
}

TEST(Plan, RefusesWhenNothingIsLeftToRun) {
    auto options = a_model();
    options.target = "http://127.0.0.1:1";
    options.stages_only = {"cold_start"};
    EXPECT_THAT(make_plan(options).error().message, HasSubstr("no stage is left"));
}

}  // namespace
}  // namespace mettle::prove
