#include "mettle/inference/time_fit.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mettle {
namespace {

using namespace std::chrono_literals;

const TimeModel kTrue{80us, 20us};

void expect_near(Duration value, Duration expected, Duration slack) {
    EXPECT_NEAR(static_cast<double>(value.count()), static_cast<double>(expected.count()),
                static_cast<double>(slack.count()));
}

TEST(TimeFit, BeginsWithWhatWasMeasured) {
    EXPECT_EQ(TimeFit(kTrue).model().predict(7), kTrue.predict(7));
}

TEST(TimeFit, FindsTheLineThoughASixthOfTheRunsWereHeldUp) {
    TimeFit fit({10us, 1us});
    std::mt19937 random(1);
    for (int run = 0; run < 640; ++run) {
        const std::int64_t rows = 1 + static_cast<std::int64_t>(random() % 40);
        const Duration held_up = random() % 6 == 0 ? Duration(4ms) : Duration(0);
        fit.add(rows, kTrue.predict(rows) + held_up);
    }
    expect_near(fit.model().fixed, 80us, 25us);
    expect_near(fit.model().per_row, 20us, 2us);
}

TEST(TimeFit, RunsOfOneSizeScaleTheLineThatWas) {
    TimeFit fit(kTrue);
    for (int run = 0; run < 1024; ++run) fit.add(4, 320us);  // Twice as long as measured.
    expect_near(fit.model().predict(4), 320us, 1us);
    expect_near(fit.model().per_row, 40us, 4us);
}

TEST(TimeFit, FollowsAMachineThatHasBecomeSlower) {
    TimeFit fit(kTrue);
    for (int run = 0; run < 2000; ++run) {
        const std::int64_t rows = 1 + run % 16;
        fit.add(rows, 3 * kTrue.predict(rows));
    }
    expect_near(fit.model().per_row, 60us, 6us);
}

TEST(TimeFit, IsNeverNegative) {
    TimeFit fit({0us, 0us});
    for (int run = 0; run < 64; ++run) {
        fit.add(1, 500us);
        fit.add(64, 100us);
    }
    EXPECT_GE(fit.model().fixed, 0us);
    EXPECT_EQ(fit.model().per_row, 0us);
}

}  // namespace
}  // namespace mettle
