#include "mettle/inference/admission.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using namespace std::chrono_literals;
using ::testing::Optional;

const TimeModel kTime{100us, 10us};
constexpr TimePoint kNow{1s};

TEST(PredictWait, AnIdleWorkerTakesItAtOnce) {
    EXPECT_EQ(predict_wait({.workers = 2, .busy = 1, .running_rows = 30}, kTime), 0us);
}

TEST(PredictWait, CountsWholeRunsAndHalfOfTheRunningOne) {
    // 25 rows are 3 runs of at most 10: 3·100 + 25·10; the running one has 100 + 10·10.
    EXPECT_EQ(
        predict_wait(
            {.calls = 25, .rows = 25, .workers = 1, .busy = 1, .running_rows = 10, .most_rows = 10},
            kTime),
        550us + 100us);
}

TEST(PredictWait, DealsOutToTheWorkers) {
    EXPECT_EQ(
        predict_wait(
            {.calls = 20, .rows = 20, .workers = 2, .busy = 2, .running_rows = 20, .most_rows = 10},
            kTime),
        (400us + 200us) / 2);
}

TEST(PredictWait, CallsThatRunAloneAreARunEach) {
    EXPECT_EQ(predict_wait({.calls = 3, .rows = 3, .workers = 1, .busy = 0, .most_rows = 1}, kTime),
              330us);
}

TEST(WaitCorrection, LearnsThatWaitingTakesTwiceAsLong) {
    WaitCorrection correction;
    for (int call = 0; call < 500; ++call) correction.add(1ms, 2ms);
    EXPECT_NEAR(correction.factor(), 2, 0.01);
    EXPECT_NEAR(static_cast<double>(correction.correct(3ms).count()), 6e6, 6e4);
}

TEST(WaitCorrection, IsNotMisledByShortWaitsOrOneStall) {
    WaitCorrection correction;
    correction.add(10us, 2ms);
    EXPECT_EQ(correction.factor(), 1);
    correction.add(1ms, 10s);
    EXPECT_LT(correction.factor(), 1.2);
}

struct Judge : ::testing::Test {
    AdmissionState state{
        .waiting = 3, .most_waiting = 8, .of_client = 1, .clients = 2, .wait = 2ms};
    std::optional<Refusal> at(TimePoint deadline = TimePoint::max()) {
        return judge({.deadline = deadline}, state, kTime, kNow);
    }
};

TEST_F(Judge, RoomAndNoDeadline) {
    EXPECT_EQ(at(), std::nullopt);
}

TEST_F(Judge, RefusesWhatItsDeadlineDoesNotLeaveTimeFor) {
    EXPECT_EQ(at(kNow + 4ms), std::nullopt);
    EXPECT_THAT(at(kNow + 2100us), Optional(Refusal::too_late));
    EXPECT_THAT(at(kNow + 2200us), Optional(Refusal::too_late))
        << "a prediction is trusted to 80 %";
}

TEST_F(Judge, WhatNothingWaitsBeforeIsTried) {
    state.wait = 0us;
    EXPECT_EQ(at(kNow + 50us), std::nullopt);
}

TEST_F(Judge, ADeadlineThatHasPassed) {
    EXPECT_THAT(at(kNow), Optional(Refusal::expired));
}

TEST_F(Judge, AFullQueueIsTheClientsOwnLimitWhenItHoldsMoreThanItsShare) {
    state.waiting = 8;
    EXPECT_THAT(at(), Optional(Refusal::queue_full));
    state.of_client = 5;
    EXPECT_THAT(at(), Optional(Refusal::client_limit));
    state.clients = 1;
    EXPECT_THAT(at(), Optional(Refusal::queue_full)) << "nobody else wants the queue";
}

TEST_F(Judge, AnOverloadIsRefusedAtTheDoor) {
    state.longest_wait = 1ms;
    EXPECT_THAT(at(), Optional(Refusal::overloaded));
    state.longest_wait = 5ms;
    EXPECT_EQ(at(), std::nullopt);
}

TEST(RetryAfter, IsWhenHalfHasGone) {
    EXPECT_EQ(retry_after_ms(0us), 1);
    EXPECT_EQ(retry_after_ms(90ms), 45);
    EXPECT_EQ(retry_after_ms(1h), 60'000);
}

}  // namespace
}  // namespace mettle
