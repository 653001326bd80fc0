// The runner with its threads, on a fake transport and in real time: what is asserted is counts and
// bounds, never how fast this machine is.

#include "mettle/load/runner.hpp"

#include "mettle/load/fake_transport_test.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace mettle::load {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMillisecond = 1'000'000;

LoadPlan plan_with(int users, std::optional<std::uint64_t> iterations, Duration run_time) {
    LoadPlan plan;
    plan.tasks = {{"t", "POST", 1, 1}};
    plan.closed = ClosedLoad{users, 1e9, {}};
    plan.iterations = iterations;
    plan.run_time = run_time;
    plan.stop_timeout = 50ms;
    return plan;
}

FakeAnswer after(std::int64_t ns) {
    return [ns](Attempt&) { return ns; };
}

TEST(Runner, SendsExactlyTheIterationsWithAnyNumberOfWorkers) {
    for (const int workers : {1, 2, 3}) {
        LoadPlan plan = plan_with(4, 100, 10s);
        plan.workers = workers;
        const auto result = run(plan, FakeTransports(after(kMillisecond)), {});
        EXPECT_EQ(result.totals.requests, 100);
        EXPECT_EQ(result.totals.failures, 0);
        EXPECT_EQ(result.totals.times.latency.count(), 100);
        EXPECT_GE(result.totals.times.latency.min(), 1000);
        EXPECT_LT(result.duration_s, 10);
        EXPECT_FALSE(result.interrupted);
    }
}

TEST(Runner, SendsAllArrivalsOfAnOpenLoad) {
    LoadPlan plan = plan_with(1, {}, 300ms);
    plan.closed.reset();
    plan.open = OpenLoad{1000, OpenLoad::Law::constant};
    plan.workers = 2;
    plan.record_sequence = true;
    const auto result = run(plan, FakeTransports(after(kMillisecond)), {});
    EXPECT_EQ(result.totals.requests, 300);
    ASSERT_EQ(result.sequence.size(), 300);
    for (std::uint32_t index = 0; index < 300; ++index)
        EXPECT_EQ(result.sequence[index].due_us, index * 1000);
    EXPECT_DOUBLE_EQ(result.duration_s, 0.3);
}

TEST(Runner, WhatIsOpenAtTheEndIsUnfinished) {
    const auto result =
        run(plan_with(3, {}, 50ms), FakeTransports(after(3'600'000 * kMillisecond)), {});
    EXPECT_EQ(result.totals.failures, 3);
    ASSERT_EQ(result.failures.size(), 1);
    EXPECT_EQ(result.failures[0].kind, "unfinished");
}

TEST(Runner, AStopEndsTheRunAsIfItsTimeWereUp) {
    std::stop_source stop;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(50ms);
        stop.request_stop();
    });
    const auto result = run(plan_with(2, {}, Duration::max()), FakeTransports(after(kMillisecond)),
                            stop.get_token());
    EXPECT_TRUE(result.interrupted);
    EXPECT_GT(result.totals.requests, 0);
    EXPECT_EQ(result.totals.failures, 0);
}

TEST(Runner, ATargetThatNeverAnswersIsLost) {
    const auto refuse = [](Attempt& attempt) -> std::int64_t {
        attempt.outcome = Outcome::connect;
        attempt.status = 0;
        attempt.detail = "Connection refused";
        return 0;
    };
    const auto result = run(plan_with(2, {}, 250ms), FakeTransports(refuse), {});
    EXPECT_TRUE(result.target_lost);
    EXPECT_GT(result.totals.failures, 0);
    EXPECT_LE(result.totals.failures, 10);  // Users pause after a refusal.
}

TEST(Runner, ReportsEverySecondAndTheSecondsMakeUpTheRun) {
    std::vector<double> moments;
    std::uint64_t in_windows = 0, so_far = 0;
    const auto note = [&](const Progress& progress) {
        if (!progress.last_second) return;
        moments.push_back(progress.last_second->t_s);
        in_windows += progress.window->totals.requests;
        so_far = progress.so_far->totals.requests;
    };
    const auto result =
        run(plan_with(2, {}, 2500ms), FakeTransports(after(5 * kMillisecond)), {}, note);
    EXPECT_EQ(moments, (std::vector<double>{1, 2, 2.5}));
    EXPECT_EQ(in_windows, so_far);
    EXPECT_EQ(so_far, result.totals.requests);
    EXPECT_EQ(result.series.size(), 3);
}

// It once gave the live view the last point of an empty series.
TEST(Runner, ARunWithinItsFirstSecondHasNoPoint) {
    bool seen = false;
    const auto note = [&](const Progress& progress) { seen |= progress.last_second != nullptr; };
    const auto result = run(plan_with(2, 10, 10s), FakeTransports(after(kMillisecond)), {}, note);
    EXPECT_EQ(result.totals.requests, 10);
    EXPECT_FALSE(seen);
    EXPECT_TRUE(result.series.empty());
}

TEST(Runner, TheWarmUpIsSentAndNotCounted) {
    LoadPlan plan = plan_with(1, {}, 100ms);
    plan.closed.reset();
    plan.open = OpenLoad{1000, OpenLoad::Law::constant};
    plan.warmup = 100ms;
    std::atomic<int> sent = 0;
    const auto count = [&](Attempt&) -> std::int64_t { return ++sent, kMillisecond; };
    const auto result = run(plan, FakeTransports(count), {});
    EXPECT_EQ(result.totals.requests, 100);
    EXPECT_EQ(sent, 200);
}

TEST(Runner, FindsItsOwnBooksInOrder) {
    const auto result = run(plan_with(4, 200, 10s), FakeTransports(after(2 * kMillisecond)), {});
    for (const auto& check : result.validity.checks) {
        if (check.name == "littles_law") EXPECT_TRUE(check.holds) << check.value;
    }
}

}  // namespace
}  // namespace mettle::load
