#pragma once

#include "mettle/inference/answer_order.hpp"
#include "mettle/inference/batch_knobs.hpp"
#include "mettle/inference/call.hpp"
#include "mettle/inference/call_scheduler.hpp"
#include "mettle/inference/headroom.hpp"
#include "mettle/inference/model_stats.hpp"
#include "mettle/inference/spare_slabs.hpp"
#include "mettle/inference/time_model.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace mettle {

// One version of a model, ready to answer: the model, the lane its calls take, the workers behind
// it, and what has been counted. submit() may be called from any thread.
class ServedModel {
public:
    struct Options {
        std::size_t max_queue = 1024;  // Calls that wait for a worker; beyond it they are refused.
        int workers = 1;
        BatchKnobs batching = {};  // Its max_batch_rows, nothing: TimeModel::best_batch().
        std::optional<Lane> lane;  // Nothing: by the measured time.
        std::vector<std::string> labels = {};  // Of the classes, by index.
        std::optional<Duration> slo = {};      // The p99 that answers have to hold. Nothing: none.
        std::optional<Duration> queue_target = {};  // See QueueLimits.
    };

    // Takes a model and measures it: see warm_up(). Starts its workers when the lane needs them.
    ServedModel(std::string name, std::string version, std::unique_ptr<Model> model,
                const Options& options);
    // Ends after the calls that are queued.
    ~ServedModel();
    ServedModel(ServedModel&&) = delete;

    const std::string& name() const { return name_; }
    const std::string& version() const { return version_; }
    const Signature& signature() const { return model_->signature(); }
    Model& model() { return *model_; }
    const Model& model() const { return *model_; }
    const TimeModel& time_model() const { return time_model_; }
    Lane lane() const { return lane_.load(std::memory_order_relaxed); }
    const std::vector<std::string>& labels() const { return labels_; }
    int workers() const { return static_cast<int>(workers_.size()); }
    std::size_t queued() const { return scheduler_->waiting(); }
    std::size_t max_queue() const { return max_queue_; }
    // The time of a run by its latest runs; time_model() is what warm-up measured.
    TimeModel recent_time() const { return scheduler_->time(); }
    // The share of its capacity that nobody asks for, by the rows asked since the last look:
    // negative in an overload.
    double headroom() const;
    ModelStats& stats() { return stats_; }
    const ModelStats& stats() const { return stats_; }

    // Runs the call here and now, or hands it to a worker. `call` must stay alive until its
    // on_result(), which may come before this returns. Refused: `unavailable` (overload),
    // `too_many` (its client's share) or `timed_out` (its deadline has passed), before it returns.
    void submit(InferenceCall& call);
    // Whether calls may have to wait for a worker. Changes with the lane.
    bool has_queue() const { return lane() == Lane::worker || model_->prepares(); }
    // Asked before a request's inputs are read, which an overload has no time for: whether it would
    // be refused. Wants the call's client, deadline and `received`; counts it as refused. Of use
    // where has_queue().
    Result<void> knock(InferenceCall& call);
    // Nobody wants its answer any more: takes it from the queue, or ends its run when nobody wants
    // the answers of the others in it. Its on_result() comes all the same, from here or later.
    // REQUIRES: on_result() has not been called
    void cancel(InferenceCall& call);

    // For a submitter that has several short calls at once: whether this one would run inline, and
    // running them here and now, together where that can be, in another order. Fills in `outcome`,
    // `started`, `finished` and `batch_rows`, and calls no on_result(). Any number of threads.
    bool runs_inline(const InferenceCall& call) const;
    void run_here(std::span<InferenceCall*> calls);

    // Whether calls may be run together, and how many rows such a run has at most.
    bool joins_calls() const { return joins_calls_; }
    std::int64_t most_rows() const { return most_rows_; }

    // The memory of a call, from a bounded store of those that are not in use. Any thread.
    std::unique_ptr<Slab> take_slab() { return call_slabs_.take(); }
    void give_back(std::unique_ptr<Slab> slab) { call_slabs_.give_back(std::move(slab)); }
    std::size_t slab_bytes() const { return call_slabs_.bytes() + joined_slabs_.bytes(); }

private:
    void warm_up(std::optional<std::int64_t> max_batch_rows);
    Duration measure(Slab& slab, std::int64_t rows, int times);
    std::int64_t limit_of_rows(const Options& options) const;
    CallScheduler::Options scheduler_options(const Options& options);
    void answer(InferenceCall& call);
    void mark_end(InferenceCall& call);
    void answer_all(std::span<InferenceCall*> calls);
    void run_for(std::span<InferenceCall*> calls, const RunToken* token);
    void run_each(std::span<InferenceCall*> calls, const RunToken* token);
    void run_one(InferenceCall& call, const RunToken* token);
    bool run_split(InferenceCall& call, const RunToken* token);
    std::span<InferenceCall*> prepare(std::span<InferenceCall*> calls);
    void finish(std::span<InferenceCall* const> calls);
    void run_prepared(std::span<InferenceCall*> calls, const RunToken* token);
    std::size_t count_that_fits(std::span<InferenceCall* const> calls) const;
    bool try_run_joined(std::span<InferenceCall*> calls, const RunToken* token);
    void note(std::span<InferenceCall* const> calls, TimePoint started);
    void note_run(std::int64_t rows, Duration took);
    void observe(Duration took);
    void work();

    std::string name_;
    std::string version_;
    std::vector<std::string> labels_;
    std::size_t max_queue_;
    std::unique_ptr<Model> model_;
    std::atomic<Lane> lane_ = Lane::worker;
    bool lane_may_change_ = false;
    std::atomic<int> slowness_ = 0;  // Of recent runs: see observe().
    std::atomic<std::uint64_t> runs_ = 0;
    TimeModel time_model_;
    bool joins_calls_ = false;
    std::int64_t most_rows_ = 1;
    SpareSlabs call_slabs_{*model_, std::size_t{1} << 20};
    SpareSlabs joined_slabs_{*model_, SIZE_MAX};  // One for each thread that runs calls together.
    ModelStats stats_;
    mutable Headroom headroom_;
    AnswerOrder order_;
    bool keeps_order_ = false;
    std::unique_ptr<CallScheduler> scheduler_;
    std::vector<std::jthread> workers_;
};

}  // namespace mettle
