#include "mettle/analysis/pauses.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

namespace mettle::analysis {
namespace {

using ::testing::HasSubstr;

// Every 2 ms a request that takes 1 ms; those that are due in the first `pause_ms` of each second
// wait until that is over.
std::vector<results::Sample> with_pauses(double pause_ms, double seconds = 10) {
    std::vector<results::Sample> sequence;
    for (double t = 0; t < seconds * 1000; t += 2) {
        const double into = std::fmod(t, 1000);
        const double wait = into < pause_ms ? pause_ms - into : 0;
        sequence.push_back({static_cast<std::uint32_t>(t * 1000),
                            static_cast<std::uint32_t>((wait + 1) * 1000), false});
    }
    return sequence;
}

TEST(Pauses, AreFoundWithTheirLengthAndPeriod) {
    const auto found = find_pauses(with_pauses(150), 50);
    ASSERT_TRUE(found);
    EXPECT_NEAR(static_cast<double>(found->count), 10, 1);
    EXPECT_NEAR(found->median_ms, 150, 5);
    EXPECT_NEAR(found->every_s.value_or(0), 1, 0.05);
    EXPECT_GE(found->share_of_slow, 0.9);  // All but those of the first, before any answer.
    EXPECT_THAT(found->to_string(), HasSubstr("one every 1 s"));
}

TEST(Pauses, ThatHurtNobodyAreNotNamed) {
    EXPECT_FALSE(find_pauses(with_pauses(20), 50));
    EXPECT_FALSE(find_pauses(with_pauses(0), 50));
    EXPECT_FALSE(find_pauses({}, 50));
}

// A queue that is too long answers all the time.
TEST(Pauses, AreNotWhatAnOverloadedServerHas) {
    std::vector<results::Sample> sequence;
    for (int i = 0; i < 5000; ++i) {
        sequence.push_back({static_cast<std::uint32_t>(i * 1000),
                            static_cast<std::uint32_t>(1000 + i * 200), false});
    }
    EXPECT_FALSE(find_pauses(sequence, 50));
}

// Few users and a slow model: an answer now and then is all that there is.
TEST(Pauses, AreNotWhatASlowModelHas) {
    std::vector<results::Sample> sequence;
    for (int i = 0; i < 200; ++i)
        sequence.push_back({static_cast<std::uint32_t>(i * 120'000), 110'000, false});
    EXPECT_FALSE(find_pauses(sequence, 50));
}

}  // namespace
}  // namespace mettle::analysis
