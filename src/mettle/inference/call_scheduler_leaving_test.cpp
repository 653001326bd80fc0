// Who leaves the queue or a run before it has been answered: cancelled, or too late.

#include "mettle/inference/fake_scheduler_test.hpp"

#include <array>

namespace mettle {
namespace {

using namespace std::chrono_literals;

using SchedulerLeavingTest = SchedulerTest;

TEST_F(SchedulerLeavingTest, WhoWaitsAndIsCancelledIsOut) {
    start();
    push('a');
    Call& left = push('b');
    push('c');
    EXPECT_TRUE(scheduler->cancel(left));
    EXPECT_EQ(take_and_end(), "ac");
    EXPECT_EQ(stats.cancelled_waiting.value(), 1u);
    EXPECT_EQ(sent_away(0), "");  // Its caller answers it.
}

TEST_F(SchedulerLeavingTest, ARunEndsEarlyWhenItsOnlyCallIsCancelled) {
    start();
    Run run;
    Call& alone = push('a');
    take(run);
    EXPECT_FALSE(scheduler->cancel(alone));
    EXPECT_TRUE(run.cancelled());
    alone.outcome = fail(Error::Kind::cancelled, "by the model");
    scheduler->ended(run);
    EXPECT_EQ(alone.outcome.error().kind, Error::Kind::cancelled);
    EXPECT_EQ(stats.terminated_runs.value(), 1u);
    EXPECT_EQ(stats.wasted_rows.value(), 0u);  // They were not run to the end.
}

TEST_F(SchedulerLeavingTest, ARunGoesOnWhileAnybodyWantsIt) {
    start();
    Run run;
    Call& one = push('a', 3);
    Call& other = push('b');
    take(run);
    scheduler->cancel(one);
    EXPECT_FALSE(run.cancelled());
    scheduler->ended(run);  // Both have run.
    ASSERT_FALSE(one.outcome);
    EXPECT_EQ(one.outcome.error().kind, Error::Kind::cancelled);
    EXPECT_TRUE(other.outcome);
    EXPECT_EQ(stats.terminated_runs.value(), 0u);
    EXPECT_EQ(stats.wasted_rows.value(), 3u);
}

TEST_F(SchedulerLeavingTest, ARunEndsWhenTheLastOfItsCallsIsCancelledAndEachCountsOnce) {
    start();
    Run run;
    Call& one = push('a');
    Call& other = push('b');
    take(run);
    scheduler->cancel(one);
    scheduler->cancel(one);
    EXPECT_FALSE(run.cancelled());
    scheduler->cancel(other);
    EXPECT_TRUE(run.cancelled());
    scheduler->ended(run);
}

TEST_F(SchedulerLeavingTest, ARunThatWasEndedSaysNothingToTheNext) {
    start();
    Run run;
    Call& left = push('a');
    take(run);
    scheduler->cancel(left);
    scheduler->ended(run);
    push('b');
    EXPECT_EQ(take(run), "b");
    EXPECT_FALSE(run.cancelled());
    EXPECT_FALSE(scheduler->cancel(left));  // Long over.
    EXPECT_FALSE(run.cancelled());
    scheduler->ended(run);
}

TEST_F(SchedulerLeavingTest, ADeadlineThatHasPassedIsToldAtTheDoor) {
    start();
    Call& late = make('a');
    late.deadline = now();
    const auto refused = scheduler->submit(late);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::timed_out);
    EXPECT_EQ(stats.expired.value(), 1u);
}

TEST_F(SchedulerLeavingTest, ADeadlineThatPassesInTheQueueIsToldBeforeARunBegins) {
    start();
    Call& late = make('a');
    late.deadline = now() + 100ms;
    ASSERT_TRUE(scheduler->submit(late));
    push('b');
    pass(100ms);
    EXPECT_EQ(take_and_end(), "b");
    EXPECT_EQ(sent_away(1), "a");
    EXPECT_EQ(late.outcome.error().kind, Error::Kind::timed_out);
    EXPECT_EQ(stats.expired.value(), 1u);
}

// Its deadline is still to come, but a run would end after it.
TEST_F(SchedulerLeavingTest, WhoCanNoLongerBeInTimeIsNotRun) {
    start();
    Call& late = make('a');
    late.deadline = now() + 100ms;
    ASSERT_TRUE(scheduler->submit(late));
    push('b');
    pass(95ms);
    EXPECT_EQ(take_and_end(), "b");
    EXPECT_EQ(sent_away(1), "a");
    EXPECT_EQ(late.outcome.error().kind, Error::Kind::unavailable);
    EXPECT_EQ(stats.refused_too_late.value(), 1u);
}

// The real clock: the scheduler's own thread has to tell them, since no worker comes by.
struct SchedulerDeadlineTest : SchedulerTest {
    SchedulerDeadlineTest() { options.now = steady_now; }
    Call& push_with_deadline(char name, Duration left) {
        Call& call = make(name);
        call.deadline = steady_now() + left;
        EXPECT_TRUE(scheduler->submit(call));
        return call;
    }
    static void wait_for(const Run& run) {
        std::mutex mutex;
        std::condition_variable_any ended;
        std::unique_lock lock(mutex);
        ended.wait(lock, run.stop_token(), [] { return false; });
    }
};

TEST_F(SchedulerDeadlineTest, AnEarlierDeadlineThatComesLaterIsToldFirst) {
    start();
    push_with_deadline('a', 1h);
    push_with_deadline('b', 300ms);
    EXPECT_EQ(sent_away(1), "b");
    EXPECT_TRUE(scheduler->cancel(calls[0]));
}

TEST_F(SchedulerDeadlineTest, ADeadlineThatPassesInARunEndsItWhenNobodyElseWantsIt) {
    start();
    Run run;
    Call& late = push_with_deadline('a', 300ms);
    take(run);
    wait_for(run);
    late.outcome = {};  // The model had just finished.
    scheduler->ended(run);
    ASSERT_FALSE(late.outcome);
    EXPECT_EQ(late.outcome.error().kind, Error::Kind::timed_out);
    EXPECT_EQ(stats.expired_running.value(), 1u);
    EXPECT_EQ(stats.terminated_runs.value(), 1u);
    EXPECT_EQ(stats.wasted_rows.value(), 1u);
}

TEST_F(SchedulerLeavingTest, AnSloThatPassesInARunIsAnsweredAllTheSame) {
    start({}, 8, {.slo = 100ms});
    Run run;
    Call& call = push('a');
    take(run);
    pass(1s);
    scheduler->ended(run);
    EXPECT_TRUE(call.outcome);
    EXPECT_EQ(stats.deadline_missed.value(), 1u);
    EXPECT_EQ(stats.expired_running.value(), 0u);
}

// ---- Queue policies (Triton's)

TEST_F(SchedulerLeavingTest, APolicysTimeoutSendsAway) {
    start({.default_policy = {.default_timeout = 10ms}});
    push('a');
    pass(10ms);
    push('b');
    EXPECT_EQ(take_and_end(), "b");
    EXPECT_EQ(sent_away(1), "a");
    EXPECT_EQ(calls[0].outcome.error().kind, Error::Kind::timed_out);
}

TEST_F(SchedulerLeavingTest, OrPutsBehindAllOthersOfItsPriority) {
    let_none_share();
    start({.default_policy = {.timeout_action = QueuePolicy::TimeoutAction::delay,
                              .default_timeout = 10ms}});
    push('a');
    push('b');
    pass(10ms);
    push('c');
    EXPECT_EQ(take_and_end() + take_and_end() + take_and_end(), "cab");
    EXPECT_EQ(sent_away(0), "");
}

}  // namespace
}  // namespace mettle
