// Who runs when, and who may wait. Who leaves is in call_scheduler_leaving_test.cpp.

#include "mettle/inference/fake_scheduler_test.hpp"

#include <array>
#include <future>

namespace mettle {
namespace {

using namespace std::chrono_literals;

using CallSchedulerTest = SchedulerTest;

TEST_F(CallSchedulerTest, WhatIsThereRunsAtOnce) {
    start();
    push('a');
    EXPECT_EQ(take_and_end(), "a");
}

TEST_F(CallSchedulerTest, WhatComesWhileAWorkerIsBusyRunsTogether) {
    start();
    Run run;
    push('a');
    EXPECT_EQ(take(run), "a");
    for (char name : {'b', 'c', 'd'}) push(name);
    scheduler->ended(run);
    EXPECT_EQ(take_and_end(), "bcd");
}

TEST_F(CallSchedulerTest, ARunHasNoMoreRowsThanTheLimitUnlessACallHas) {
    start({}, 4);
    push('a', 2);
    push('b', 1);
    push('c', 3);
    push('d', 9);
    EXPECT_EQ(take_and_end(), "ab");
    EXPECT_EQ(take_and_end(), "c");
    EXPECT_EQ(take_and_end(), "d");
}

TEST_F(CallSchedulerTest, CallsOfOtherShapesKeepTheirPlaces) {
    options.may_share = [](const InferenceCall& one, const InferenceCall& other) {
        return std::isupper(static_cast<const Call&>(one).name) ==
               std::isupper(static_cast<const Call&>(other).name);
    };
    start();
    for (char name : {'a', 'B', 'c', 'D', 'e'}) push(name);
    EXPECT_EQ(take_and_end(), "ace");
    EXPECT_EQ(take_and_end(), "BD");
}

TEST_F(CallSchedulerTest, KeepingTheOrderNobodyIsPassedOver) {
    options.may_share = [](const InferenceCall& one, const InferenceCall& other) {
        return std::isupper(static_cast<const Call&>(one).name) ==
               std::isupper(static_cast<const Call&>(other).name);
    };
    start({.preserve_ordering = true});
    for (char name : {'a', 'B', 'c'}) push(name);
    EXPECT_EQ(take_and_end(), "a");
    EXPECT_EQ(take_and_end(), "B");
}

TEST_F(CallSchedulerTest, ClientsAndPrioritiesGoInTurn) {
    let_none_share();
    start({.priority_levels = 2, .default_priority = 2});
    push('a', 1, 1);
    push('b', 1, 1);
    push('c', 1, 2);
    Call& urgent = make('d', 1, 1);
    urgent.priority = 1;
    ASSERT_TRUE(scheduler->submit(urgent));
    EXPECT_EQ(take_and_end() + take_and_end() + take_and_end() + take_and_end(), "dacb");
}

TEST_F(CallSchedulerTest, APreferredSizeGoesBeforeMoreRows) {
    start({.preferred_rows = {2}});
    for (char name : {'a', 'b', 'c'}) push(name);
    EXPECT_EQ(take_and_end(), "ab");
    EXPECT_EQ(take_and_end(), "c");
}

// The queue's delay is an hour: only the full batch can end the wait.
TEST_F(CallSchedulerTest, WithADelayAWorkerWaitsForTheBatchToFill) {
    start({.max_queue_delay = 1h}, 3);
    push('a');
    auto taken = std::async(std::launch::async, [this] { return take_and_end(); });
    push('b');
    push('c');
    EXPECT_EQ(taken.get(), "abc");
}

TEST_F(CallSchedulerTest, WhoHasWaitedForTheDelayRunsWithoutMore) {
    start({.max_queue_delay = 5ms}, 3);
    push('a');
    pass(6ms);
    EXPECT_EQ(take_and_end(), "a");
}

thread_local bool is_worker = false;
std::atomic<int> looks = 0;  // Of workers, under the scheduler's lock.

// A worker that fills its batch leaves the rest. One call came, one worker was told of it: without
// a word from that one the rest would wait for the end of its run beside an idle worker.
TEST_F(CallSchedulerTest, WhatABatchLeavesGoesToTheOtherWorker) {
    options.workers = 2;
    options.now = [] {
        if (is_worker) {
            ++looks;
            looks.notify_all();
        }
        return now();
    };
    start({.max_queue_delay = 1h}, 2);
    push('a');
    std::array<Run, 2> runs;
    std::array<std::jthread, 2> workers;
    for (std::size_t worker = 0; worker < 2; ++worker)
        workers[worker] = std::jthread([&, worker] {
            is_worker = true;
            scheduler->take(runs[worker]);
        });
    for (int seen = 0; seen < 2; seen = looks) looks.wait(seen);
    push('b', 2);  // Does not fit beside a, and is a whole batch itself.
    for (std::jthread& worker : workers) worker.join();
    EXPECT_EQ(runs[0].calls.size() + runs[1].calls.size(), 2u);
    for (Run& run : runs) scheduler->ended(run);
}

TEST_F(CallSchedulerTest, AFullQueueSaysWhenToComeAgain) {
    start({}, 8, {.most_waiting = 2});
    push('a');
    push('b');
    Call& third = make('c');
    const auto refused = scheduler->submit(third);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::unavailable);
    EXPECT_EQ(refused.error().message, "model 'm' is overloaded: its queue is full");
    EXPECT_EQ(third.retry_after_ms, 6);  // Half of the 12 ms that two rows take.
    EXPECT_EQ(stats.refused_queue_full.value(), 1u);
    EXPECT_EQ(scheduler->waiting(), 2u);
}

TEST_F(CallSchedulerTest, InAFullQueueTheOneWithMostMakesRoom) {
    start({}, 8, {.most_waiting = 3});
    push('a', 1, 1);
    push('b', 1, 1);
    push('c', 1, 1);
    push('d', 1, 2);
    EXPECT_EQ(sent_away(1), "c");
    EXPECT_EQ(calls[2].outcome.error().kind, Error::Kind::too_many);
    EXPECT_GE(calls[2].retry_after_ms, 1);
    EXPECT_FALSE(scheduler->submit(make('e', 1, 1)));  // And gets nobody else's place.
    EXPECT_EQ(take_and_end(), "adb");
    EXPECT_EQ(stats.refused_client_limit.value(), 2u);
}

// Once the door asked whether several clients waited, and not whether this one was another.
TEST_F(CallSchedulerTest, AKnockLetsInWhomSomebodyWillMakeRoomFor) {
    start({}, 8, {.most_waiting = 2});
    push('a', 1, 1);
    push('b', 1, 1);
    EXPECT_FALSE(scheduler->knock(make('c', 1, 1)));
    EXPECT_TRUE(scheduler->knock(make('d', 1, 2)));
    push('e', 1, 2);
    EXPECT_EQ(sent_away(1), "b");
    EXPECT_FALSE(scheduler->knock(make('f', 1, 2)));  // Who holds as much as he.
    EXPECT_EQ(take_and_end(), "ae");
}

TEST_F(CallSchedulerTest, ALevelHasItsOwnLimit) {
    start({.priority_levels = 2,
           .default_priority = 1,
           .priority_policies = {{2, {.max_queue_size = 1}}}});
    const auto submit = [this](char name, std::uint64_t priority) {
        Call& call = make(name);
        call.priority = priority;
        return scheduler->submit(call).has_value();
    };
    EXPECT_TRUE(submit('a', 2));
    EXPECT_FALSE(submit('b', 2));
    EXPECT_TRUE(submit('c', 1));
    EXPECT_EQ(take_and_end(), "ca");
}

// ---- Refused before it waits

TEST_F(CallSchedulerTest, WhoWouldBeLateIsRefusedAtTheDoor) {
    let_none_share();  // 11 ms each.
    start();
    Run run;
    push('a');
    take(run);
    for (char name : {'b', 'c', 'd'}) push(name);
    Call& late = make('e');
    late.deadline = now() + 40ms;  // 3 runs and half of one before its own: 49.5 ms.
    const auto refused = scheduler->submit(late);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::unavailable);
    EXPECT_GT(late.retry_after_ms, 0);
    EXPECT_EQ(stats.refused_too_late.value(), 1u);
    Call& patient = make('f');
    patient.deadline = now() + 100ms;
    EXPECT_TRUE(scheduler->submit(patient));
    scheduler->ended(run);
}

TEST_F(CallSchedulerTest, AKnockSaysTheSameAsTheDoorAndOnlyCountsRefusals) {
    let_none_share();
    start();
    Run run;
    push('a');
    take(run);
    for (char name : {'b', 'c', 'd'}) push(name);
    Call& late = make('e');
    late.deadline = now() + 40ms;
    EXPECT_FALSE(scheduler->knock(late));
    Call& patient = make('f');
    patient.deadline = now() + 100ms;
    EXPECT_TRUE(scheduler->knock(patient));
    EXPECT_EQ(stats.refused_too_late.value(), 1u);
    EXPECT_EQ(scheduler->waiting(), 3u);
    scheduler->ended(run);
}

TEST_F(CallSchedulerTest, AnIdleModelRefusesNobodyWhateverItsTime) {
    start();
    Call& hasty = make('a');
    hasty.deadline = now() + 1ms;  // Its run takes 11 ms, by what was measured.
    EXPECT_TRUE(scheduler->submit(hasty));
    EXPECT_TRUE(scheduler->cancel(hasty));
}

TEST_F(CallSchedulerTest, TheSloIsTheDeadlineOfWhoHasNone) {
    let_none_share();
    start({}, 8, {.slo = 30ms});
    Run run;
    push('a');
    take(run);
    push('b');
    EXPECT_FALSE(scheduler->submit(make('c')));  // 16.5 ms and its own 11.
    EXPECT_EQ(stats.refused_too_late.value(), 1u);
    scheduler->ended(run);
}

// ---- Overload

TEST_F(CallSchedulerTest, ABacklogThatLastsLetsTheNewestGoFirst) {
    let_none_share();
    start({}, 8, {.target = 20ms});
    for (char name : {'a', 'b', 'c', 'd'}) push(name);
    EXPECT_EQ(take_and_end(), "a");
    pass(90ms);
    for (char name : {'e', 'f'}) push(name);
    pass(15ms);  // Longer than the interval of 100 ms.
    EXPECT_EQ(take_and_end(), "f");
    EXPECT_EQ(sent_away(3), "bcd");  // Waited beyond the target.
    EXPECT_EQ(calls[1].outcome.error().kind, Error::Kind::unavailable);
    EXPECT_EQ(stats.refused_overloaded.value(), 3u);
}

TEST_F(CallSchedulerTest, ATargetOfZeroIsNone) {
    let_none_share();
    start({}, 8, {.target = Duration::zero()});
    for (char name : {'a', 'b', 'c', 'd'}) push(name);
    pass(1h);
    EXPECT_EQ(take_and_end() + take_and_end() + take_and_end() + take_and_end(), "abcd");
    EXPECT_EQ(sent_away(0), "");
}

// ---- The end

TEST_F(CallSchedulerTest, WhatWaitsAtTheEndStillRunsAndNoMoreComes) {
    start({.max_queue_delay = 1h});
    push('a');
    scheduler->close();
    EXPECT_FALSE(scheduler->submit(make('b')));
    EXPECT_EQ(take_and_end(), "a");
    Run run;
    EXPECT_FALSE(scheduler->take(run));
}

TEST_F(CallSchedulerTest, AnIdleWorkerIsToldOfTheEnd) {
    start();
    auto more = std::async(std::launch::async, [this] {
        Run run;
        return scheduler->take(run);
    });
    scheduler->close();
    EXPECT_FALSE(more.get());
}

TEST_F(CallSchedulerTest, LearnsHowLongRunsTake) {
    start();
    for (int run = 0; run < 4 * TimeFit::kPerFit; ++run) scheduler->note_time(1, 50ms);
    EXPECT_EQ(scheduler->time().predict(1), 50ms);
}

}  // namespace
}  // namespace mettle
