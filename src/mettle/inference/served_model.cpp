#include "mettle/inference/served_model.hpp"

#include "mettle/base/log.hpp"
#include "mettle/base/steady_now.hpp"
#include "mettle/host/thread_priority.hpp"
#include "mettle/inference/batch.hpp"
#include "mettle/inference/sample_inputs.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

namespace mettle {

namespace {

constexpr std::int64_t kManyRows = 32;
constexpr int kMeasuredRuns = 15;

// What the model itself calls its classes.
std::vector<std::string> labels_in(const Signature& signature) {
    for (const TensorSpec& output : signature.outputs)
        if (!output.labels.empty()) return output.labels;
    return {};
}

// From this thread, by the kernel, for another that was ready to run.
long times_core_was_taken() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

}  // namespace

ServedModel::ServedModel(std::string name, std::string version, std::unique_ptr<Model> model,
                         const Options& options)
    : name_(std::move(name)),
      version_(std::move(version)),
      labels_(options.labels.empty() ? labels_in(model->signature()) : options.labels),
      max_queue_(options.max_queue),
      model_(std::move(model)) {
    warm_up(options.batching.max_batch_rows);
    most_rows_ = limit_of_rows(options);
    // What stands before and behind a model has not been measured, and is seldom short.
    const bool is_short = time_model_.predict(1) < kInlineLimit && !model_->prepares();
    lane_ = options.lane.value_or(is_short ? Lane::inline_on_io : Lane::worker);
    if (model_->prepares()) lane_ = Lane::worker;
    lane_may_change_ = !options.lane && is_short;
    keeps_order_ = options.batching.preserve_ordering;
    scheduler_ = std::make_unique<CallScheduler>(scheduler_options(options), stats_);
    for (int worker = 0; worker < options.workers; ++worker)
        workers_.emplace_back([this] { work(); });
}

ServedModel::~ServedModel() {
    scheduler_->close();
    workers_.clear();
}

// Within an SLO a call waits for the run that is on, and then for its own: two have to fit.
std::int64_t ServedModel::limit_of_rows(const Options& options) const {
    if (!options.slo || options.batching.max_batch_rows || time_model_.per_row <= Duration::zero())
        return most_rows_;
    const Duration left = *options.slo / 2 - time_model_.fixed;
    return std::clamp<std::int64_t>(left / time_model_.per_row, 1, most_rows_);
}

CallScheduler::Options ServedModel::scheduler_options(const Options& options) {
    CallScheduler::Options made{
        .knobs = options.batching,
        .limits = {.most_waiting = options.max_queue,
                   .slo = options.slo,
                   .target = options.queue_target},
        .workers = options.workers,
        .most_rows = most_rows_,
        .measured = time_model_,
        .model_name = name_,
        .may_share = {},
        .answer = [this](InferenceCall& call) { answer(call); },
    };
    // The shapes of what is yet to be prepared are not known: run_prepared() sorts them.
    if (joins_calls() && most_rows_ > 1)
        made.may_share = [this](const InferenceCall& one, const InferenceCall& other) {
            return model_->prepares() || same_row_shape(signature(), *one.slab, *other.slab);
        };
    return made;
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
// that take long. Runs in which the core was given to somebody else only count where there are no
// others: what looks like a model whose rows save nothing would never be run in batches.
Duration ServedModel::measure(Slab& slab, std::int64_t rows, int times) {
    constexpr int kEnoughRuns = 3;
    Duration best = Duration::max(), best_of_disturbed = Duration::max();
    int undisturbed = 0;
    const TimePoint begin = steady_now();
    const TimePoint enough = begin + std::chrono::milliseconds(50);
    const TimePoint stop = begin + std::chrono::milliseconds(500);
    for (int run = 0; run < times || undisturbed == 0; ++run) {
        fill_with_zeros(slab, model_->run_signature(), rows);
        const long before = times_core_was_taken();
        const TimePoint start = steady_now();
        if (!model_->run(slab, nullptr)) break;
        const Duration took = steady_now() - start;
        const bool disturbed = times_core_was_taken() != before;
        if (!disturbed) ++undisturbed;
        Duration& its = disturbed ? best_of_disturbed : best;
        its = std::min(its, took);
        if (steady_now() > (undisturbed < kEnoughRuns ? stop : enough)) break;
    }
    if (undisturbed == 0) best = best_of_disturbed;
    return best == Duration::max() ? Duration(std::chrono::milliseconds(1)) : best;
}

// A large request to a short model is a long run. A lane that was asked for takes them all.
bool ServedModel::runs_inline(const InferenceCall& call) const {
    if (has_queue()) return false;
    return !lane_may_change_ || time_model_.predict(call.rows) < 4 * kInlineLimit;
}

void ServedModel::submit(InferenceCall& call) {
    stats_.in_flight.fetch_add(1, std::memory_order_relaxed);
    if (runs_inline(call)) {
        call.chosen = call.parsed;
        InferenceCall* alone = &call;
        run_here({&alone, 1});
        stats_.in_flight.fetch_sub(1, std::memory_order_relaxed);
        return call.on_result(std::move(call.outcome));
    }
    if (keeps_order_) order_.enter(call);
    if (auto queued = scheduler_->submit(call); !queued) {
        call.outcome = std::move(queued);
        answer(call);
    }
}

Result<void> ServedModel::knock(InferenceCall& call) {
    return scheduler_->knock(call);
}

void ServedModel::cancel(InferenceCall& call) {
    if (!scheduler_->cancel(call)) return;
    call.outcome = fail(Error::Kind::cancelled, "nobody waits for this answer any more");
    answer(call);
}

// Of a call that was on its way to the workers, run or not.
void ServedModel::answer(InferenceCall& call) {
    const auto tell = [](InferenceCall& ready) { ready.on_result(std::move(ready.outcome)); };
    mark_end(call);
    keeps_order_ ? order_.done(call, tell) : tell(call);
}

void ServedModel::mark_end(InferenceCall& call) {
    stats_.in_flight.fetch_sub(1, std::memory_order_relaxed);
    if (call.finished < call.parsed)  // It never ran.
        call.chosen = call.started = call.finished = steady_now();
}

// Behind the I/O threads where they share a core: an overload is refused by them, and what they do
// not come to read waits in the kernel, where no deadline is seen.
void ServedModel::work() {
    host::give_way();
    Run run;
    std::vector<InferenceCall*> calls;
    while (scheduler_->take(run)) {
        calls = run.calls;  // In its own order from here on; the scheduler still looks at its list.
        run_for(calls, &run);
        scheduler_->ended(run);
        answer_all(calls);
    }
}

// Of one run: to each box at once.
void ServedModel::answer_all(std::span<InferenceCall*> calls) {
    while (!calls.empty()) {
        const auto box = keeps_order_ ? nullptr : calls.front()->box;  // Outlives its calls.
        if (!box) {
            answer(*calls.front());
            calls = calls.subspan(1);
            continue;
        }
        const auto others =
            std::partition(calls.begin(), calls.end(),
                           [&](const InferenceCall* call) { return call->box == box; });
        const std::span<InferenceCall*> its(calls.begin(), others);
        for (InferenceCall* call : its) mark_end(*call);
        box->put(its);
        calls = {others, calls.end()};
    }
}

double ServedModel::headroom() const {
    const std::uint64_t asked = stats_.rows.value() + stats_.refused();
    const double run_s = std::chrono::duration<double>(recent_time().predict(most_rows_)).count();
    const double capacity = run_s > 0 ? workers() * static_cast<double>(most_rows_) / run_s : 0;
    return headroom_.look(asked, capacity, steady_now());
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

void ServedModel::run_here(std::span<InferenceCall*> calls) {
    run_for(calls, nullptr);
}

void ServedModel::run_for(std::span<InferenceCall*> calls, const RunToken* token) {
    if (!model_->prepares()) return run_prepared(calls, token);
    const TimePoint began = steady_now();
    std::int64_t rows = 0;
    for (const InferenceCall* call : calls) rows += call->rows;
    const auto ready = prepare(calls);
    run_prepared(ready, token);
    finish(ready);
    // For a tokenizer or a decoder a request waits as it does for the model.
    scheduler_->note_time(rows, steady_now() - began);
}

// Those whose inputs could be read. The others have their outcome, and stand behind them.
std::span<InferenceCall*> ServedModel::prepare(std::span<InferenceCall*> calls) {
    const auto unreadable = std::partition(calls.begin(), calls.end(), [&](InferenceCall* call) {
        const TimePoint began = steady_now();
        call->outcome = model_->before(*call->slab);
        call->started = call->finished = steady_now();
        call->pre = call->started - began;
        return call->outcome.has_value();
    });
    return {calls.begin(), unreadable};
}

void ServedModel::finish(std::span<InferenceCall* const> calls) {
    for (InferenceCall* call : calls) {
        if (!call->outcome) continue;
        const TimePoint began = steady_now();
        call->outcome = model_->after(*call->slab);
        call->post = steady_now() - began;
    }
}

void ServedModel::run_prepared(std::span<InferenceCall*> calls, const RunToken* token) {
    if (!joins_calls()) return run_each(calls, token);
    while (!calls.empty()) {
        const auto others = std::partition(calls.begin(), calls.end(), [&](InferenceCall* call) {
            return same_row_shape(model_->run_signature(), calls.front()->slab->inner(),
                                  call->slab->inner());
        });
        const auto batch = calls.first(count_that_fits({calls.begin(), others}));
        const bool done =
            batch.size() == 1 ? run_split(*batch.front(), token) : try_run_joined(batch, token);
        if (!done) run_each(batch, token);
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

void ServedModel::run_each(std::span<InferenceCall*> calls, const RunToken* token) {
    for (InferenceCall* call : calls) run_one(*call, token);
}

void ServedModel::run_one(InferenceCall& call, const RunToken* token) {
    const TimePoint started = steady_now();
    InferenceCall* alone = &call;
    call.outcome = model_->run(call.slab->inner(), token);
    note({&alone, 1}, started);
    if (call.outcome) note_run(call.rows, call.finished - call.started);
}

// Where it fails, each is run alone afterwards: one request's rows may be what the model can't
// take. Not where nobody wants them any more: run() then gives up at once.
bool ServedModel::try_run_joined(std::span<InferenceCall*> calls, const RunToken* token) {
    const TimePoint started = steady_now();
    auto joined = joined_slabs_.take();
    const auto ran = run_joined(*model_, joined->inner(), calls, token);
    joined_slabs_.give_back(std::move(joined));
    if (!ran && !(token && token->cancelled())) return false;
    for (InferenceCall* call : calls) call->outcome = ran;
    note(calls, started);
    if (ran) note_run(calls.front()->batch_rows, calls.front()->finished - started);
    return true;
}

// A call of more rows than a run may have. False: it has no more, or has inputs that are no matter
// of rows, and nothing was done.
bool ServedModel::run_split(InferenceCall& call, const RunToken* token) {
    if (call.rows <= most_rows_ || call.slab->inner().has_optional_inputs()) return false;
    const TimePoint started = steady_now();
    auto piece = joined_slabs_.take();
    call.outcome =
        run_in_pieces(*model_, piece->inner(), call, most_rows_, token,
                      [this](std::int64_t rows, Duration took) { note_run(rows, took); });
    joined_slabs_.give_back(std::move(piece));
    InferenceCall* alone = &call;
    note({&alone, 1}, started);
    call.batch_rows = most_rows_;
    return true;
}

// What became of the calls of a run.
void ServedModel::note(std::span<InferenceCall* const> calls, TimePoint started) {
    const TimePoint finished = steady_now();
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
    if (lane_may_change_) observe((finished - started) / rows);
}

// A run of the model. Of the short ones it is enough to look at some.
void ServedModel::note_run(std::int64_t rows, Duration took) {
    constexpr int kOfShortOnes = 64;
    thread_local int count = 0;
    stats_.executions.add();
    stats_.batch_sizes.add_run(rows, took.count());
    if (model_->prepares()) return;  // run_for() notes all of it.
    if (took > kInlineLimit || ++count % kOfShortOnes == 0) scheduler_->note_time(rows, took);
}

}  // namespace mettle
