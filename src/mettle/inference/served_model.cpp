#include "mettle/inference/served_model.hpp"

#include "mettle/base/log.hpp"
#include "mettle/inference/sample_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle {

namespace {

constexpr std::int64_t kManyRows = 32;
constexpr int kMeasuredRuns = 15;

TimePoint now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

ServedModel::ServedModel(std::string name, std::string version, std::unique_ptr<Model> model,
                         const Options& options)
    : name_(std::move(name)),
      version_(std::move(version)),
      model_(std::move(model)),
      queue_(options.max_queue) {
    warm_up();
    const bool is_short = time_model_.predict(1) < kInlineLimit;
    lane_ = options.lane.value_or(is_short ? Lane::inline_on_io : Lane::worker);
    lane_may_change_ = !options.lane && is_short;
    for (int worker = 0; worker < options.workers; ++worker) {
        workers_.emplace_back([this] { work(); });
    }
}

ServedModel::~ServedModel() {
    queue_.close();
}

// The first runs of a model allocate its memory and choose its kernels, so the first client should
// not have to wait for them. A model that can't run on zeros is served all the same.
void ServedModel::warm_up() {
    const auto slab = model_->make_slab();
    fill_with_zeros(*slab, signature(), 1);
    if (const auto ran = model_->run(*slab, nullptr); !ran) {
        log::warning(fmt::format("model {} could not be warmed up with zeros: {}", name_,
                                 ran.error().message));
        time_model_ = {std::chrono::milliseconds(1), {}};
        return;
    }
    const Duration one = measure(*slab, 1, kMeasuredRuns);
    const Duration many = signature().batches() ? measure(*slab, kManyRows, kMeasuredRuns) : one;
    time_model_ = TimeModel::through(one, many, signature().batches() ? kManyRows : 1);
}

// The fastest of some runs, so that a busy machine does not change the lane; stops early for models
// that take long.
Duration ServedModel::measure(Slab& slab, std::int64_t rows, int times) {
    Duration best = Duration::max();
    const TimePoint stop = now() + std::chrono::milliseconds(50);
    for (int run = 0; run < times; ++run) {
        fill_with_zeros(slab, signature(), rows);
        const TimePoint start = now();
        if (!model_->run(slab, nullptr)) break;
        best = std::min<Duration>(best, now() - start);
        if (now() > stop) break;
    }
    return best == Duration::max() ? Duration(std::chrono::milliseconds(1)) : best;
}

// A large request to a short model is a long run. A lane that was asked for takes them all.
bool ServedModel::runs_inline(const InferenceCall& call) const {
    if (lane() != Lane::inline_on_io) return false;
    return !lane_may_change_ || time_model_.predict(call.rows) < 4 * kInlineLimit;
}

void ServedModel::submit(InferenceCall& call) {
    stats_.in_flight.fetch_add(1, std::memory_order_relaxed);
    if (runs_inline(call)) {
        call.chosen = call.parsed;
        return run(call);
    }
    if (queue_.try_push(&call)) return;
    stats_.in_flight.fetch_sub(1, std::memory_order_relaxed);
    stats_.refused_queue_full.add();
    call.chosen = call.started = call.finished = call.parsed;
    call.on_result(fail(Error::Kind::unavailable,
                        fmt::format("model '{}' is overloaded: its queue is full", name_)));
}

void ServedModel::work() {
    while (const auto call = queue_.pop()) {
        (*call)->chosen = now();
        run(**call);
    }
}

// A model can be short on the zeros of its warm-up and long on what clients send. One that keeps
// being long leaves the I/O threads, which have others to serve, and comes back when it is short
// again. A single long run is more likely the machine's doing.
void ServedModel::observe(Duration took) {
    constexpr int kPerSlowRun = 8, kMove = 64;
    const int before = slowness_.load(std::memory_order_relaxed);
    const int after =
        std::clamp(before + (took > 5 * kInlineLimit ? kPerSlowRun : -1), 0, 2 * kMove);
    if (after == before) return;
    slowness_.store(after, std::memory_order_relaxed);
    if (after >= kMove && lane() == Lane::inline_on_io) {
        lane_.store(Lane::worker, std::memory_order_relaxed);
        log::info(fmt::format("model {} takes {}: it runs on its workers from now on", name_,
                              format_duration(took)));
    } else if (after == 0 && lane() == Lane::worker) {
        lane_.store(Lane::inline_on_io, std::memory_order_relaxed);
    }
}

void ServedModel::run(InferenceCall& call) {
    call.started = call.chosen;
    auto result = run_here(call);
    stats_.in_flight.fetch_sub(1, std::memory_order_relaxed);
    call.on_result(std::move(result));
}

Result<void> ServedModel::run_here(InferenceCall& call) {
    call.batch_rows = call.rows;
    auto result = model_->run(*call.slab, call.token);
    call.finished = now();
    stats_.executions.add();
    if (lane_may_change_ && call.rows == 1) observe(call.finished - call.started);
    if (result) stats_.rows.add(static_cast<std::uint64_t>(call.rows));
    return result;
}

}  // namespace mettle
