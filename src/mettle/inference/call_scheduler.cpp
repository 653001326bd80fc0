#include "mettle/inference/call_scheduler.hpp"

#include "mettle/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle {

namespace {

using Stage = QueuePlace::Stage;
using Gone = QueuePlace::Gone;
using Verdict = WaitingCalls::Verdict;

constexpr Duration kTarget = std::chrono::milliseconds(5);
// Nobody said how late is too late: closed loops of many clients are not refused for a queue of
// their own making, and beyond a second hardly anybody still waits.
constexpr Duration kTargetWithoutSlo = std::chrono::seconds(1);
constexpr Duration kInterval = std::chrono::milliseconds(100);

Counter& counter_of(ModelStats& stats, Refusal why) {
    switch (why) {
        case Refusal::queue_full:
            return stats.refused_queue_full;
        case Refusal::client_limit:
            return stats.refused_client_limit;
        case Refusal::too_late:
            return stats.refused_too_late;
        case Refusal::overloaded:
            return stats.refused_overloaded;
        case Refusal::expired:
            break;
    }
    return stats.expired;
}

Error error_of(Refusal why, const std::string& model) {
    switch (why) {
        case Refusal::queue_full:
            return {Error::Kind::unavailable,
                    fmt::format("model '{}' is overloaded: its queue is full", model)};
        case Refusal::client_limit:
            return {Error::Kind::too_many,
                    fmt::format("model '{}' is busy, and more requests of yours wait for it than "
                                "your share of its queue",
                                model)};
        case Refusal::too_late:
            return {Error::Kind::unavailable,
                    fmt::format("model '{}' is overloaded: the answer would come after the "
                                "request's deadline",
                                model)};
        case Refusal::overloaded:
            return {Error::Kind::unavailable,
                    fmt::format("model '{}' is overloaded: requests wait too long for it", model)};
        case Refusal::expired:
            break;
    }
    return {Error::Kind::timed_out,
            fmt::format("the request's deadline passed before model '{}' ran it", model)};
}

// Calls that were moved behind the others of their priority are a level of their own.
std::uint64_t level_of_priority(std::uint64_t priority) {
    return 2 * priority;
}

}  // namespace

CallScheduler::CallScheduler(Options options, ModelStats& stats)
    : options_(std::move(options)),
      policy_(options_.knobs, options_.most_rows),
      stats_(stats),
      watch_(options_.now()),
      fit_(options_.measured),
      time_(options_.measured),
      watcher_([this](const std::stop_token& stop) { watch_deadlines(stop); }) {}

CallScheduler::~CallScheduler() = default;

// ---- Who may wait

std::uint64_t CallScheduler::level_of(const InferenceCall& call) const {
    const BatchKnobs& knobs = options_.knobs;
    if (knobs.priority_levels == 0) return 0;
    const std::uint64_t priority = call.priority == 0 ? knobs.default_priority : call.priority;
    return level_of_priority(std::min(std::max<std::uint64_t>(priority, 1), knobs.priority_levels));
}

const QueuePolicy& CallScheduler::policy_of(std::uint64_t level) const {
    const auto found = options_.knobs.priority_policies.find(level / 2);
    return found == options_.knobs.priority_policies.end() ? options_.knobs.default_policy
                                                           : found->second;
}

std::size_t CallScheduler::waiting_in(std::uint64_t level) const {
    const std::uint64_t first = level / 2 * 2;
    return waiting_.calls_of(first) + waiting_.calls_of(first + 1);
}

std::size_t CallScheduler::most_waiting(std::uint64_t level) const {
    const std::size_t most = policy_of(level).max_queue_size;
    return most > 0 ? std::min(most, options_.limits.most_waiting) : options_.limits.most_waiting;
}

// A call that comes while a run is on waits for its end: the target has to leave room for that.
QueueWatch::Limits CallScheduler::watch_limits() const {
    if (options_.limits.target)
        return {*options_.limits.target, std::max(kInterval, 2 * *options_.limits.target)};
    const Duration run = time_.predict(options_.most_rows);
    const auto& slo = options_.limits.slo;
    const Duration target =
        slo ? std::max(std::min(kTarget, *slo / 4), run) : std::max(kTargetWithoutSlo, 4 * run);
    return {target, std::max(kInterval, 2 * target)};
}

Duration CallScheduler::predicted_wait() const {
    return predict_wait({.calls = waiting_.calls(),
                         .rows = waiting_.rows(),
                         .workers = options_.workers,
                         .busy = static_cast<int>(running_.size()),
                         .running_rows = running_rows_,
                         .most_rows = options_.may_share ? options_.most_rows : 1},
                        time_);
}

std::optional<Refusal> CallScheduler::judge_arrival(const InferenceCall& call,
                                                    TimePoint now) const {
    const std::uint64_t level = level_of(call);
    const std::size_t of_client = waiting_.calls_of(level, call.client);
    AdmissionState state{.waiting = waiting_.calls(),
                         .most_waiting = options_.limits.most_waiting,
                         .of_client = of_client,
                         .clients = waiting_.clients_of(level) + (of_client == 0 ? 1 : 0),
                         .wait = correction_.correct(predicted_wait()),
                         .longest_wait = {}};
    if (waiting_in(level) >= most_waiting(level)) {
        state.waiting = waiting_in(level);
        state.most_waiting = most_waiting(level);
    }
    const QueueWatch::Limits limits = watch_limits();
    if (limits.target > Duration::zero() && watch_.overloaded(limits, now))
        state.longest_wait = limits.target;
    return judge({.deadline = call.deadline, .rows = call.rows}, state, time_, now);
}

std::unexpected<Error> CallScheduler::refusal(Refusal why, InferenceCall& call) {
    counter_of(stats_, why).add();
    if (why != Refusal::expired)
        call.retry_after_ms = retry_after_ms(Duration(wait_ns_.load(std::memory_order_relaxed)));
    return std::unexpected(error_of(why, options_.model_name));
}

// In a full queue the newest call of the client who holds most, if this one's holds less.
InferenceCall* CallScheduler::who_gives_way(const InferenceCall& call) const {
    const std::uint64_t level = level_of(call);
    if (waiting_.calls_of(level) == 0) return nullptr;
    InferenceCall& newest = waiting_.newest_of_busiest(level);
    const std::size_t its = waiting_.calls_of(level, newest.client);
    return its > waiting_.calls_of(level, call.client) + 1 ? &newest : nullptr;
}

Result<void> CallScheduler::knock(InferenceCall& call) {
    const TimePoint now = options_.now();
    give_slo_deadline(call);
    const Duration wait(wait_ns_.load(std::memory_order_relaxed));
    const bool perhaps_not = full_.load(std::memory_order_relaxed) ||
                             wait.count() > longest_wait_ns_.load(std::memory_order_relaxed) ||
                             (call.deadline != TimePoint::max() && now + 2 * wait >= call.deadline);
    // A priority stands in the body: who has one is not judged before it is known.
    if (!perhaps_not || options_.knobs.priority_levels > 0) return {};
    const std::lock_guard lock(mutex_);
    const auto why = judge_arrival(call, now);
    if (!why || (*why == Refusal::queue_full && who_gives_way(call))) return {};
    return refusal(*why, call);
}

// To a call that has none of its own.
void CallScheduler::give_slo_deadline(InferenceCall& call) const {
    if (!options_.limits.slo || call.deadline != TimePoint::max()) return;
    call.deadline = call.received + *options_.limits.slo;
    call.place.by_slo = true;
}

void CallScheduler::place(InferenceCall& call, TimePoint now) const {
    const bool by_slo = call.place.by_slo;
    call.place = {};
    call.place.by_slo = by_slo;
    give_slo_deadline(call);
    call.place.level = level_of(call);
    call.place.queued = now;
    const Duration timeout = policy_of(call.place.level).default_timeout;
    if (timeout > Duration::zero()) call.place.leave = now + timeout;
}

Result<void> CallScheduler::submit(InferenceCall& call) {
    const TimePoint now = options_.now();
    InferenceCall* pushed_out = nullptr;
    {
        const std::lock_guard lock(mutex_);
        place(call, now);
        if (waiting_.empty()) watch_.saw_wait({}, watch_limits(), now);
        auto why = closed_ ? Refusal::queue_full : judge_arrival(call, now);
        if (why == Refusal::queue_full && !closed_) {
            pushed_out = who_gives_way(call);
        }
        if (pushed_out) {
            waiting_.remove(*pushed_out);
            pushed_out->outcome = refusal(Refusal::client_limit, *pushed_out);
            why.reset();
        }
        if (why) return refusal(*why, call);
        call.place.predicted_wait = predicted_wait();
        waiting_.push(call);
        publish(now);
        watch_from(std::min(call.deadline, call.place.leave));
    }
    work_.notify_one();
    if (pushed_out) options_.answer(*pushed_out);
    return {};
}

void CallScheduler::publish(TimePoint now) {
    const QueueWatch::Limits limits = watch_limits();
    const bool limited = limits.target > Duration::zero() && watch_.overloaded(limits, now);
    calls_.store(waiting_.calls(), std::memory_order_relaxed);
    wait_ns_.store(correction_.correct(predicted_wait()).count(), std::memory_order_relaxed);
    longest_wait_ns_.store(limited ? limits.target.count() : INT64_MAX, std::memory_order_relaxed);
    full_.store(waiting_.calls() >= most_waiting(0), std::memory_order_relaxed);
}

// ---- Who runs

bool CallScheduler::take(Run& run) {
    std::vector<InferenceCall*> refused;
    std::unique_lock lock(mutex_);
    for (;;) {
        const TimePoint now = options_.now();
        if (!waiting_.empty()) {
            leave_or_delay(now, refused);
            if (!refused.empty()) {
                publish(now);
                lock.unlock();
                answer(refused);
                refused.clear();
                lock.lock();
                continue;
            }
        }
        if (waiting_.empty()) {
            if (closed_) return false;
            work_.wait(lock);
            continue;
        }
        const auto calls = candidates(now);
        std::vector<std::int64_t> rows;
        BatchState state{.rows = {}, .oldest = TimePoint::max(), .no_more = closed_};
        for (const InferenceCall* call : calls) {
            rows.push_back(call->rows);
            state.oldest = std::min(state.oldest, call->place.queued);
            state.deadline = std::min(state.deadline, call->deadline);
        }
        state.rows = rows;
        const auto next = policy_.next(state, time_, now);
        if (const auto* wait = std::get_if<WaitUntil>(&next)) {
            work_.wait_until(lock, wait->when);
            continue;
        }
        begin(run, std::span(calls).first(std::get<RunFirst>(next).calls), now);
        // Whoever brought the rest may have told this worker only.
        if (!waiting_.empty()) work_.notify_one();
        return true;
    }
}

// The calls that may share a run with the one whose turn it is, in the order of their turn. Calls
// of other shapes between them keep their places: the next run begins with the first of them.
std::vector<InferenceCall*> CallScheduler::candidates(TimePoint now) const {
    const QueueWatch::Limits limits = watch_limits();
    const bool stale = limits.target > Duration::zero() && watch_.overloaded(limits, now) &&
                       predicted_wait() > limits.target;
    std::vector<InferenceCall*> calls;
    std::int64_t rows = 0;
    waiting_.choose(
        stale && !options_.knobs.preserve_ordering ? WaitingCalls::Order::newest_first
                                                   : WaitingCalls::Order::oldest_first,
        [&](InferenceCall& call) {
            if (calls.empty()) {
                rows = call.rows;
                return Verdict::take;
            }
            if (!options_.may_share || rows >= options_.most_rows) return Verdict::stop;
            if (!options_.may_share(*calls.front(), call))
                return options_.knobs.preserve_ordering ? Verdict::stop : Verdict::pass_over;
            rows += call.rows;
            return Verdict::take;
        },
        calls);
    return calls;
}

// Takes out whose time is over, and in an overload who has waited beyond the target.
void CallScheduler::leave_or_delay(TimePoint now, std::vector<InferenceCall*>& refused) {
    const QueueWatch::Limits limits = watch_limits();
    const Duration longest = now - waiting_.oldest();
    // Nearly empty, not just below the target, where the refusals at the door keep it.
    // What the next run of each worker takes is no backlog, however long the last run was.
    const bool is_next = waiting_.calls() <= static_cast<std::size_t>(options_.workers) ||
                         (options_.may_share && waiting_.rows() <= options_.most_rows);
    watch_.saw_wait(is_next ? Duration::zero() : 4 * longest, limits, now);
    const bool overloaded = limits.target > Duration::zero() && watch_.overloaded(limits, now);
    if (!overloaded && next_look_ == TimePoint::max()) return;  // Nobody has a deadline.
    std::vector<InferenceCall*> delayed;
    std::vector<std::pair<InferenceCall*, Refusal>> leaving;
    waiting_.for_each([&](InferenceCall& call) {
        const bool may_be_delayed =
            call.place.level % 2 == 0 &&
            policy_of(call.place.level).timeout_action == QueuePolicy::TimeoutAction::delay;
        if (call.deadline <= now) {
            leaving.emplace_back(&call, Refusal::expired);
        } else if (call.place.leave <= now) {
            if (may_be_delayed) {
                delayed.push_back(&call);
            } else {
                leaving.emplace_back(&call, Refusal::expired);
            }
        } else if (call.deadline != TimePoint::max() &&
                   now + time_.predict(call.rows) > call.deadline) {
            leaving.emplace_back(&call, Refusal::too_late);
        } else if (overloaded && now - call.place.queued > limits.target) {
            leaving.emplace_back(&call, Refusal::overloaded);
        }
    });
    for (const auto& [call, why] : leaving) {
        waiting_.remove(*call);
        call->outcome = refusal(why, *call);
        refused.push_back(call);
    }
    for (InferenceCall* call : delayed) {
        waiting_.remove(*call);
        ++call->place.level;
        call->place.leave = TimePoint::max();
        waiting_.push(*call);
    }
}

void CallScheduler::begin(Run& run, std::span<InferenceCall* const> calls, TimePoint now) {
    run.calls.assign(calls.begin(), calls.end());
    run.wanted_ = calls.size();
    run.rows_ = 0;
    run.stop_ = std::stop_source();
    for (InferenceCall* call : calls) {
        waiting_.take(*call);
        correction_.add(call->place.predicted_wait, now - call->place.queued);
        call->place.stage = Stage::running;
        call->place.run = &run;
        call->chosen = now;
        run.rows_ += call->rows;
    }
    running_.push_back(&run);
    running_rows_ += run.rows_;
    publish(now);
}

void CallScheduler::ended(Run& run) {
    const TimePoint now = options_.now();
    const std::lock_guard lock(mutex_);
    std::erase(running_, &run);
    running_rows_ -= run.rows_;
    if (run.cancelled()) stats_.terminated_runs.add();
    for (InferenceCall* call : run.calls) {
        const Gone gone = call->place.gone;
        call->place.stage = Stage::outside;
        call->place.run = nullptr;
        if (gone == Gone::no && call->deadline < now && call->outcome) stats_.deadline_missed.add();
        if (gone == Gone::no) continue;
        if (call->outcome) stats_.wasted_rows.add(static_cast<std::uint64_t>(call->rows));
        if (gone == Gone::late) stats_.expired_running.add();
        call->outcome =
            gone == Gone::left
                ? fail(Error::Kind::cancelled, "nobody waits for this answer any more")
                : fail(Error::Kind::timed_out, "the request's deadline passed while it ran");
    }
    publish(now);
}

void CallScheduler::answer(const std::vector<InferenceCall*>& refused) const {
    for (InferenceCall* call : refused) options_.answer(*call);
}

// ---- Who has left

bool CallScheduler::cancel(InferenceCall& call) {
    std::vector<std::stop_source> unwanted;
    {
        const std::lock_guard lock(mutex_);
        if (call.place.stage == Stage::waiting) {
            waiting_.remove(call);
            stats_.cancelled_waiting.add();
            publish(options_.now());
            return true;
        }
        if (call.place.stage == Stage::running) drop(call, Gone::left, unwanted);
    }
    for (std::stop_source& run : unwanted) run.request_stop();
    return false;
}

void CallScheduler::drop(InferenceCall& call, Gone why, std::vector<std::stop_source>& unwanted) {
    if (call.place.gone != Gone::no) return;
    call.place.gone = why;
    if (--call.place.run->wanted_ == 0) unwanted.push_back(call.place.run->stop_);
}

// ---- Deadlines

// Sleeps until the earliest deadline of those that wait or run, so that nobody is told of it only
// when a long run has ended.
void CallScheduler::watch_deadlines(const std::stop_token& stop) {
    std::vector<InferenceCall*> refused;
    std::vector<std::stop_source> unwanted;
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        const TimePoint look = next_look_;
        const TimePoint until = std::min(look, options_.now() + std::chrono::hours(1));
        deadline_.wait_until(lock, stop, until, [&] { return next_look_ < look; });
        const TimePoint now = options_.now();
        if (now < next_look_) continue;
        if (!waiting_.empty()) leave_or_delay(now, refused);
        drop_late_runs(now, unwanted);
        next_look_ = next_deadline();
        publish(now);
        lock.unlock();
        for (std::stop_source& run : unwanted) run.request_stop();
        answer(refused);
        refused.clear();
        unwanted.clear();
        lock.lock();
    }
}

void CallScheduler::drop_late_runs(TimePoint now, std::vector<std::stop_source>& unwanted) {
    for (Run* run : running_) {
        for (InferenceCall* call : run->calls)
            if (call->deadline <= now && !call->place.by_slo) drop(*call, Gone::late, unwanted);
    }
}

TimePoint CallScheduler::next_deadline() const {
    TimePoint next = TimePoint::max();
    waiting_.for_each(
        [&](InferenceCall& call) { next = std::min({next, call.deadline, call.place.leave}); });
    for (const Run* run : running_) {
        for (const InferenceCall* call : run->calls)
            if (call->place.gone == Gone::no && !call->place.by_slo)
                next = std::min(next, call->deadline);
    }
    return next;
}

void CallScheduler::watch_from(TimePoint deadline) {
    if (deadline >= next_look_) return;
    next_look_ = deadline;
    deadline_.notify_one();
}

// ---- The rest

void CallScheduler::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    work_.notify_all();
}

void CallScheduler::note_time(std::int64_t rows, Duration took) {
    const std::lock_guard lock(mutex_);
    if (fit_.add(rows, took)) time_ = fit_.model();
}

TimeModel CallScheduler::time() const {
    const std::lock_guard lock(mutex_);
    return time_;
}

}  // namespace mettle
