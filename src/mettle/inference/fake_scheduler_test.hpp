#pragma once

#include "mettle/inference/call_scheduler.hpp"

#include <gmock/gmock.h>

#include <deque>
#include <mutex>

namespace mettle {

// A scheduler without a model and without workers: the test takes runs itself. Time stands still
// but for what the test adds, so that only deadlines that are to pass do.
struct SchedulerTest : ::testing::Test {
    using Run = mettle::Run;  // Not GoogleTest's.
    struct Call final : InferenceCall {
        void on_result(Result<void>) override {}
        char name = 0;
    };

    SchedulerTest() { moved() = Duration::zero(); }
    ~SchedulerTest() override {
        if (!scheduler) return;
        scheduler->close();
        for (Run run; scheduler->take(run);) scheduler->ended(run);
    }

    void start(BatchKnobs knobs = {}, std::int64_t most_rows = 8, QueueLimits limits = {}) {
        options.knobs = std::move(knobs);
        options.most_rows = most_rows;
        options.limits = limits;
        scheduler = std::make_unique<CallScheduler>(options, stats);
    }

    // REQUIRES: the scheduler has not been started
    void let_none_share() { options.may_share = {}; }

    Call& make(char name, std::int64_t rows = 1, std::uint64_t client = 0) {
        Call& call = calls.emplace_back();
        call.name = name;
        call.rows = rows;
        call.client = client;
        call.received = now();
        return call;
    }
    Call& push(char name, std::int64_t rows = 1, std::uint64_t client = 0) {
        Call& call = make(name, rows, client);
        EXPECT_TRUE(scheduler->submit(call)) << name;
        return call;
    }
    // What the next run is made of. REQUIRES: something waits, and need not wait for more
    std::string take(Run& run) {
        EXPECT_TRUE(scheduler->take(run));
        return names(run.calls);
    }
    std::string take_and_end() {
        Run run;
        const std::string its_calls = take(run);
        scheduler->ended(run);
        return its_calls;
    }
    // Those that waited and were sent away, by the order in which they were told, once there are so
    // many: the scheduler's own thread may be about to tell them.
    std::string sent_away(std::size_t count) {
        std::unique_lock lock(mutex);
        told.wait(lock, [&] { return refused.size() >= count; });
        return names(refused);
    }

    static std::string names(const std::vector<InferenceCall*>& list) {
        std::string text;
        for (const InferenceCall* call : list) text += static_cast<const Call*>(call)->name;
        return text;
    }

    static TimePoint now() { return kStart + moved().load(); }
    static void pass(Duration time) { moved() = moved().load() + time; }

    ModelStats stats;
    CallScheduler::Options options{
        .knobs = {},
        .limits = {},
        .workers = 1,
        .most_rows = 8,
        .measured = {std::chrono::milliseconds(10), std::chrono::milliseconds(1)},
        .model_name = "m",
        .may_share = [](const InferenceCall&, const InferenceCall&) { return true; },
        .answer =
            [this](InferenceCall& call) {
                const std::lock_guard lock(mutex);
                refused.push_back(&call);
                told.notify_all();
            },
        .now = now};
    std::deque<Call> calls;
    std::unique_ptr<CallScheduler> scheduler;

private:
    // Far from any moment of the real clock: what the scheduler waits for does not come by itself.
    static inline const TimePoint kStart = steady_now() + std::chrono::hours(1'000);
    static std::atomic<Duration>& moved() {
        static std::atomic<Duration> passed = Duration::zero();
        return passed;
    }

    std::mutex mutex;
    std::condition_variable told;
    std::vector<InferenceCall*> refused;
};

}  // namespace mettle
