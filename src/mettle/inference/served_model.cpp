#include "mettle/inference/served_model.hpp"

#include "mettle/base/log.hpp"
#include "mettle/inference/batch.hpp"
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
      labels_(options.labels),
      model_(std::move(model)),
      queue_(options.max_queue) {
    warm_up(options.batching.max_batch_rows);
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
void ServedModel::warm_up(std::optional<std::int64_t> max_batch_rows) {
    const auto whole_slab = model_->make_slab();
    Slab& slab = whole_slab->inner();
    const Signature& ran_with = model_->run_signature();
    fill_with_zeros(slab, ran_with, 1);
    if (const auto ran = model_->run(slab, nullptr); !ran) {
        log::warning(fmt::format("model {} could not be warmed up with zeros: {}", name_,
                                 ran.error().message));
        time_model_ = {std::chrono::milliseconds(1), {}};
        return;
    }
    const bool batches = ran_with.batches();
    const Duration one = measure(slab, 1, kMeasuredRuns);
    const Duration many = batches ? measure(slab, kManyRows, kMeasuredRuns) : one;
    time_model_ = TimeModel::through(one, many, batches ? kManyRows : 1);
    most_rows_ = max_batch_rows.value_or(time_model_.best_batch());
    if (!rows_can_be_joined(ran_with)) return;
    joins_calls_ = rows_are_independent(*model_);
    if (!joins_calls()) {
        log::info(
            fmt::format("model {}: a row's answer depends on the rows beside it, so every "
                        "request runs alone",
                        name_));
    }
}

// The fastest of some runs, so that a busy machine does not change the lane; stops early for models
// that take long.
Duration ServedModel::measure(Slab& slab, std::int64_t rows, int times) {
    Duration best = Duration::max();
    const TimePoint stop = now() + std::chrono::milliseconds(50);
    for (int run = 0; run < times; ++run) {
        fill_with_zeros(slab, model_->run_signature(), rows);
        const TimePoint start = now();
        if (!model_->run(slab, nullptr)) break;
        best = std::min<Duration>(best, now() - start);
        if (now() > stop) break;
    }
    return best == Duration::max() ? Duration(std::chrono::milliseconds(1)) : best;
}

// A large request to a short model is a long run. A lane that was asked for takes them all.
bool ServedModel::runs_inline(const InferenceCall& call) const {
    if (lane() != Lane::inline_on_io || model_->prepares()) return false;
    return !lane_may_change_ || time_model_.predict(call.rows) < 4 * kInlineLimit;
}

void ServedModel::submit(InferenceCall& call) {
    stats_.in_flight.fetch_add(1, std::memory_order_relaxed);
    if (runs_inline(call)) {
        call.chosen = call.parsed;
        InferenceCall* alone = &call;
        return run_batch({&alone, 1});
    }
    if (queue_.try_push(&call)) return;
    stats_.in_flight.fetch_sub(1, std::memory_order_relaxed);
    stats_.refused_queue_full.add();
    call.chosen = call.started = call.finished = call.parsed;
    call.on_result(fail(Error::Kind::unavailable,
                        fmt::format("model '{}' is overloaded: its queue is full", name_)));
}

void ServedModel::work() {
    std::vector<InferenceCall*> batch;
    while (const auto call = queue_.pop()) {
        batch.assign(1, *call);
        if (joins_calls()) gather_more(batch);
        const TimePoint chosen = now();
        for (InferenceCall* each : batch) each->chosen = chosen;
        run_batch(batch);
    }
}

// What is queued by now and fits; nothing is waited for. The shapes of what is yet to be prepared
// are not known: run_prepared() sorts them.
void ServedModel::gather_more(std::vector<InferenceCall*>& batch) {
    std::int64_t rows = batch.front()->rows;
    const Slab& first = *batch.front()->slab;
    const auto fits = [&](const InferenceCall* call) {
        if (rows + call->rows > most_rows_) return false;
        return model_->prepares() || same_row_shape(signature(), first, *call->slab);
    };
    while (const auto call = queue_.pop_if(fits)) {
        batch.push_back(*call);
        rows += (*call)->rows;
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

void ServedModel::run_batch(std::span<InferenceCall*> calls) {
    run_here(calls);
    stats_.in_flight.fetch_sub(static_cast<std::int64_t>(calls.size()), std::memory_order_relaxed);
    for (InferenceCall* call : calls) call->on_result(std::move(call->outcome));
}

void ServedModel::run_here(std::span<InferenceCall*> calls) {
    if (!model_->prepares()) return run_prepared(calls);
    const auto ready = prepare(calls);
    run_prepared(ready);
    finish(ready);
}

// Those whose inputs could be read. The others have their outcome, and stand behind them.
std::span<InferenceCall*> ServedModel::prepare(std::span<InferenceCall*> calls) {
    const auto unreadable = std::partition(calls.begin(), calls.end(), [&](InferenceCall* call) {
        const TimePoint began = now();
        call->outcome = model_->before(*call->slab);
        call->started = call->finished = now();
        call->pre = call->started - began;
        return call->outcome.has_value();
    });
    return {calls.begin(), unreadable};
}

void ServedModel::finish(std::span<InferenceCall* const> calls) {
    for (InferenceCall* call : calls) {
        if (!call->outcome) continue;
        const TimePoint began = now();
        call->outcome = model_->after(*call->slab);
        call->post = now() - began;
    }
}

void ServedModel::run_prepared(std::span<InferenceCall*> calls) {
    if (!joins_calls()) return run_each(calls);
    while (!calls.empty()) {
        const auto others = std::partition(calls.begin(), calls.end(), [&](InferenceCall* call) {
            return same_row_shape(model_->run_signature(), calls.front()->slab->inner(),
                                  call->slab->inner());
        });
        const auto batch = calls.first(count_that_fits({calls.begin(), others}));
        if (batch.size() == 1 || !try_run_joined(batch)) run_each(batch);
        calls = calls.subspan(batch.size());
    }
}

// The first, and as many behind it as a run may have rows.
std::size_t ServedModel::count_that_fits(std::span<InferenceCall* const> calls) const {
    std::int64_t rows = calls.front()->rows;
    std::size_t count = 1;
    while (count < calls.size() && rows + calls[count]->rows <= most_rows_)
        rows += calls[count++]->rows;
    return count;
}

void ServedModel::run_each(std::span<InferenceCall*> calls) {
    for (InferenceCall* call : calls) run_one(*call);
}

void ServedModel::run_one(InferenceCall& call) {
    const TimePoint started = now();
    InferenceCall* alone = &call;
    call.outcome = model_->run(call.slab->inner(), call.token);
    note({&alone, 1}, started);
}

// Where it fails, each is run alone afterwards: one request's rows may be what the model can't
// take.
bool ServedModel::try_run_joined(std::span<InferenceCall*> calls) {
    const TimePoint started = now();
    auto joined = joined_slabs_.take();
    const auto ran = run_joined(*model_, joined->inner(), calls);
    joined_slabs_.give_back(std::move(joined));
    if (!ran) return false;
    for (InferenceCall* call : calls) call->outcome = {};
    note(calls, started);
    return true;
}

void ServedModel::note(std::span<InferenceCall* const> calls, TimePoint started) {
    const TimePoint finished = now();
    const std::uint64_t run_id = runs_.fetch_add(1, std::memory_order_relaxed) + 1;
    std::int64_t rows = 0;
    for (const InferenceCall* call : calls) rows += call->rows;
    for (InferenceCall* call : calls) {
        call->started = started;
        call->finished = finished;
        call->batch_rows = rows;
        call->run_id = run_id;
        if (call->outcome) stats_.rows.add(static_cast<std::uint64_t>(call->rows));
    }
    stats_.executions.add();
    if (lane_may_change_) observe((finished - started) / rows);
}

}  // namespace mettle
