#include "mettle/inference/version_choice.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = VersionPolicy::Kind;

const std::vector<std::string> kOnDisk = {"1", "2", "10"};

TEST(VersionChoiceTest, AllAreServedWhereNobodySaysOtherwise) {
    EXPECT_THAT(chosen_versions(kOnDisk, {}), ElementsAre("1", "2", "10"));
}

TEST(VersionChoiceTest, TheLatestAreTheHighestNumbers) {
    EXPECT_THAT(chosen_versions(kOnDisk, {Kind::latest, 2, {}}), ElementsAre("2", "10"));
    EXPECT_THAT(chosen_versions(kOnDisk, {Kind::latest, 9, {}}), ElementsAre("1", "2", "10"));
}

TEST(VersionChoiceTest, SpecificOnesAreThoseThatAreThere) {
    EXPECT_THAT(chosen_versions(kOnDisk, {Kind::specific, 0, {10, 3}}), ElementsAre("10"));
    EXPECT_THAT(chosen_versions(kOnDisk, {Kind::specific, 0, {3}}), IsEmpty());
}

}  // namespace
}  // namespace mettle
