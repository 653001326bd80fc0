#pragma once

#include "mettle/async/bounded_queue.hpp"
#include "mettle/inference/call.hpp"
#include "mettle/inference/model_stats.hpp"
#include "mettle/inference/time_model.hpp"

#include <atomic>
#include <memory>
#include <optional>
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
        std::optional<Lane> lane;  // Nothing: by the measured time.
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
    int workers() const { return static_cast<int>(workers_.size()); }
    std::size_t queued() const { return queue_.size(); }
    ModelStats& stats() { return stats_; }
    const ModelStats& stats() const { return stats_; }

    // Runs the call here and now, or hands it to a worker. `call` must stay alive until its
    // on_result(), which may come before this returns. Full: `unavailable`, before it returns.
    void submit(InferenceCall& call);

    // For a submitter that has several short calls at once: whether this one would run inline, and
    // running it here and now. Fills in `finished`; `chosen` and `started` are the caller's.
    bool runs_inline(const InferenceCall& call) const;
    Result<void> run_here(InferenceCall& call);

private:
    void warm_up();
    Duration measure(Slab& slab, std::int64_t rows, int times);
    void run(InferenceCall& call);
    void observe(Duration took);
    void work();

    std::string name_;
    std::string version_;
    std::unique_ptr<Model> model_;
    std::atomic<Lane> lane_ = Lane::worker;
    bool lane_may_change_ = false;
    std::atomic<int> slowness_ = 0;  // Of recent runs: see observe().
    TimeModel time_model_;
    ModelStats stats_;
    BoundedQueue<InferenceCall*> queue_;
    std::vector<std::jthread> workers_;
};

}  // namespace mettle
