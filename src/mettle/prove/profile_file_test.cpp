#include "mettle/prove/profile_file.hpp"

#include <gmock/gmock.h>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string mistakes_in(std::string_view text) {
    Mistakes mistakes;
    static_cast<void>(read_profile(text, "p.yaml", mistakes));
    return mistakes.to_string();
}

TEST(ProfileFile, ChangesWhatItSaysAndKeepsTheRest) {
    Mistakes mistakes;
    const Profile profile = read_profile(
        "from: strict\n"
        "budget: 8m\n"
        "correctness: {concurrency: [1, 32], time: 3s}\n"
        "capacity: {confidence: 0.999}\n"
        "overload: {multiples: [1.5, 4], graceful: 90%}\n"
        "growth: {memory_least: 1048576, memory_share: 2%}\n"
        "assumed: {error_rate: 0.01%}\n",
        "p.yaml", mistakes);
    EXPECT_TRUE(mistakes.empty()) << mistakes.to_string();
    Profile expected = *profile_named("strict");
    expected.name = "p.yaml";
    expected.budget = 8min;
    expected.concurrency = {1, 32};
    expected.level = 3s;
    expected.confidence = 0.999;
    expected.overload_multiples = {1.5, 4};
    expected.overload_limits.graceful = 0.9;
    expected.memory.least = 1 << 20;
    expected.memory.least_share = 0.02;
    expected.assumed_error_rate = 0.0001;
    EXPECT_EQ(profile, expected);
}

TEST(ProfileFile, ReadsBackWhatItWrites) {
    for (const char* name : {"quick", "default", "strict"}) {
        Mistakes mistakes;
        Profile expected = *profile_named(name);
        const Profile again = read_profile(to_yaml(expected), name, mistakes);
        EXPECT_TRUE(mistakes.empty()) << mistakes.to_string();
        EXPECT_EQ(again, expected) << to_yaml(expected);
    }
}

TEST(ProfileFile, SaysWhereAndWhatWouldBeRight) {
    EXPECT_EQ(mistakes_in("capacity:\n  confidense: 0.9\n"),
              "p.yaml:2:3: 'capacity' has no key 'confidense'; did you mean 'confidence'?");
    EXPECT_THAT(mistakes_in("from: lax"), HasSubstr("p.yaml:1:7: there is no profile 'lax'"));
    EXPECT_THAT(mistakes_in("budget: -1s"), HasSubstr("p.yaml:1:9: budget"));
    EXPECT_THAT(mistakes_in("steady: 5"), HasSubstr("'steady' is a map of keys"));
    EXPECT_THAT(mistakes_in("capacity: {confidence: 1.5}"), HasSubstr("from 0.5 to 0.99999"));
    EXPECT_THAT(mistakes_in("overload: {graceful: 120%}"), HasSubstr("graceful"));
    EXPECT_THAT(mistakes_in("correctness: {concurrency: [4, 1]}"),
                HasSubstr("p.yaml:1:32: concurrency rise: 1 is no more than the one before it"));
    EXPECT_THAT(mistakes_in("steady: {time: 0s}"), HasSubstr("time is a time from 1ms"));
}

TEST(ProfileFile, RefusesContradictions) {
    EXPECT_EQ(mistakes_in("overload:\n  degraded: 85%\n"),
              "p.yaml:2:13: degraded (0.85) is below graceful (0.8)");
    EXPECT_THAT(mistakes_in("capacity: {probe: 9s}"), HasSubstr("no longer than the confirming"));
    EXPECT_THAT(mistakes_in("capacity: {time: 5s}"), HasSubstr("do not fit into the capacity"));
}

TEST(ProfileFile, IsFoundByNameOrPath) {
    EXPECT_EQ(profile_at("quick")->name, "quick");
    EXPECT_THAT(profile_at("lax").error().message, HasSubstr("quick, default or strict"));
    EXPECT_THAT(profile_at("no/such.yaml").error().message, HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace mettle::prove
