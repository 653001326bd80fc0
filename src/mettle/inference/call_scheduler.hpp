#pragma once

#include "mettle/base/steady_now.hpp"
#include "mettle/inference/admission.hpp"
#include "mettle/inference/batch_policy.hpp"
#include "mettle/inference/model_stats.hpp"
#include "mettle/inference/queue_watch.hpp"
#include "mettle/inference/run.hpp"
#include "mettle/inference/time_fit.hpp"
#include "mettle/inference/waiting_calls.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace mettle {

// What an operator said about waiting.
struct QueueLimits {
    std::size_t most_waiting = 1024;
    std::optional<Duration> slo = {};     // Calls without a deadline of their own get this one.
    std::optional<Duration> target = {};  // Of waiting, while overloaded; zero: no such limit.
};

// Who runs when: between the threads that submit calls and the workers that run them. A thin loop
// and a lock round BatchPolicy, WaitingCalls, QueueWatch and the admission's judge(); it runs
// nothing itself and answers nobody under its lock. One thread of its own watches deadlines.
class CallScheduler {
public:
    struct Options {
        BatchKnobs knobs;
        QueueLimits limits;
        int workers = 1;
        std::int64_t most_rows = 1;
        TimeModel measured;
        std::string model_name;  // For messages.
        // Whether two calls may share a run. Empty: each runs alone.
        std::function<bool(const InferenceCall&, const InferenceCall&)> may_share;
        // Answers a call that waited and will not run; its `outcome` says why. Any thread.
        std::function<void(InferenceCall&)> answer;
        TimePoint (*now)() = steady_now;  // A test's own where it only looks at decisions.
    };

    // `stats` outlives this.
    CallScheduler(Options options, ModelStats& stats);
    // REQUIRES: closed, and all that was taken has ended
    ~CallScheduler();
    CallScheduler(CallScheduler&&) = delete;

    // Before a request's inputs are read: whether a call of one row would be refused. Counted as
    // refused if so; sets its retry_after_ms.
    Result<void> knock(InferenceCall& call);

    // Queues it; or gives back why not, and sets its retry_after_ms.
    Result<void> submit(InferenceCall& call);

    // Nobody wants its answer any more. True: it waited, is out, and the caller answers it. Else
    // its run answers it, and ends early if nobody wants the others' answers either.
    bool cancel(InferenceCall& call);

    // For a worker: waits for something to do. False: closed, and nothing is left.
    bool take(Run& run);
    // The run has ended. Calls that nobody waits for get `cancelled` or `timed_out` as outcome.
    void ended(Run& run);

    // Runs what waits, takes no more.
    void close();

    void note_time(std::int64_t rows, Duration took);  // Any thread.
    TimeModel time() const;
    std::size_t waiting() const { return calls_.load(std::memory_order_relaxed); }

private:
    std::uint64_t level_of(const InferenceCall& call) const;
    const QueuePolicy& policy_of(std::uint64_t level) const;
    std::size_t most_waiting(std::uint64_t level) const;
    std::size_t waiting_in(std::uint64_t level) const;
    QueueWatch::Limits watch_limits() const;
    Duration predicted_wait() const;
    void give_slo_deadline(InferenceCall& call) const;
    void place(InferenceCall& call, TimePoint now) const;
    std::optional<Refusal> judge_arrival(const InferenceCall& call, TimePoint now) const;
    std::unexpected<Error> refusal(Refusal why, InferenceCall& call);
    InferenceCall* who_gives_way(const InferenceCall& call) const;
    void publish(TimePoint now);

    void leave_or_delay(TimePoint now, std::vector<InferenceCall*>& refused);
    std::vector<InferenceCall*> candidates(TimePoint now) const;
    void begin(Run& run, std::span<InferenceCall* const> calls, TimePoint now);
    void drop(InferenceCall& call, QueuePlace::Gone why, std::vector<std::stop_source>& unwanted);
    void answer(const std::vector<InferenceCall*>& refused) const;

    void watch_deadlines(const std::stop_token& stop);
    void drop_late_runs(TimePoint now, std::vector<std::stop_source>& unwanted);
    TimePoint next_deadline() const;
    void watch_from(TimePoint deadline);

    const Options options_;
    const BatchPolicy policy_;
    ModelStats& stats_;

    mutable std::mutex mutex_;
    std::condition_variable work_;
    WaitingCalls waiting_;
    QueueWatch watch_;
    TimeFit fit_;
    TimeModel time_;
    WaitCorrection correction_;
    std::vector<Run*> running_;
    std::int64_t running_rows_ = 0;
    bool closed_ = false;

    // What every request looks at, and so without the lock.
    std::atomic<std::size_t> calls_ = 0;
    std::atomic<std::int64_t> wait_ns_ = 0;
    std::atomic<std::int64_t> longest_wait_ns_ = INT64_MAX;
    std::atomic<bool> full_ = false;

    std::condition_variable_any deadline_;
    TimePoint next_look_ = TimePoint::max();
    std::jthread watcher_;  // Last: it uses all the others.
};

}  // namespace mettle
