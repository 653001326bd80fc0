#include "mettle/scenario/script_user.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::scenario {

namespace {

using load::Attempt;
using load::Next;
using Op = Instruction::Op;

// Then the engine is asked whether something else is due.
constexpr int kMostInstructionsAtOnce = 100'000;

std::uint32_t choose_from(const std::vector<double>& sums, load::Random& random) {
    const double point = random.uniform() * sums.back();
    const auto found = std::ranges::upper_bound(sums, point);
    return static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(
        found - sums.begin(), static_cast<std::ptrdiff_t>(sums.size()) - 1));
}

}  // namespace

ScriptUser::ScriptUser(Workbench& bench, const Script& script, const load::UserPlace& place,
                       std::uint64_t seed)
    : bench_(bench),
      script_(script),
      class_(script.classes[place.user_class]),
      number_(place.number),
      seed_(seed),
      random_(load::Random(seed ^ (place.number << 20)).next()),
      session_(script.http, bench.details, *this),
      own_(script.own_count),
      rows_(script.scenario->data.size(), kNone),
      rounds_(script.counters) {}

void ScriptUser::arrive(std::uint64_t number) {
    random_ = load::Random(seed_ * 0x2545f4914f6cdd1d + number);
    arrival_ = number;
}

void ScriptUser::leave() {
    request_ = nullptr;
    groups_.clear();
    if (phase_ == Phase::fresh || phase_ == Phase::gone)
        phase_ = Phase::gone;
    else if (phase_ == Phase::stopping)
        leaving_ = true;
    else
        stop(true);
}

std::vector<KeptValue> ScriptUser::values() const {
    std::vector<KeptValue> values = script_.shared;
    for (std::size_t variable = 0; variable < values.size(); ++variable) {
        const std::uint32_t own = script_.own_of[variable];
        if (own != kNone && !own_[own].value().is_none()) values[variable] = own_[own];
    }
    // Those are another for each user.
    for (const auto& [variable, text] : script_.first_values) values[variable] = KeptValue();
    return values;
}

Next ScriptUser::next(Attempt& attempt, std::int64_t now_ns) {
    now_ns_ = now_ns;
    bench_.json.forget();  // It was another user's answer.
    if (request_) {
        if (!answered_) note_missing_answer();
        request_ = nullptr;
    }
    if (phase_ == Phase::gone) return Next::gone();
    if (phase_ == Phase::fresh) begin();
    for (int count = 0; count < kMostInstructionsAtOnce; ++count) {
        const Instruction& step = script_.code[at_++];
        if (step.op == Op::request) {
            if (send(script_.requests[step.argument], attempt)) return Next::request();
            if (const auto next = end_by_error({})) return *next;
            continue;
        }
        if (const auto next = run(step, attempt)) return *next;
    }
    return Next::think(0);
}

void ScriptUser::begin() {
    sets_.push_back({&script_.sets[class_.set], kNone});
    phase_ = Phase::starting;
    at_ = sets_.back().set->on_start;
    for (const auto& [variable, text] : script_.first_values) {
        bench_.clear();
        own_[script_.own_of[variable]].assign(text.evaluate(*this));
    }
    std::ranges::fill(rows_, kNone);
}

// A set begins with its on_start, a task with its first step.
void ScriptUser::choose() {
    OpenSet& open = sets_.back();
    const ScriptSet& set = *open.set;
    const auto count = static_cast<std::uint32_t>(set.tasks.size());
    if (set.order == TaskSetSpec::Order::weighted)
        open.last = choose_from(set.weights, random_);
    else if (open.last == kNone)
        open.last = 0;
    else if (set.order == TaskSetSpec::Order::sequential)
        open.last = (open.last + 1) % count;
    else
        open.last = choose_from(set.moves[open.last], random_);
    const ScriptTask& task = set.tasks[open.last];
    if (task.set != kNone) {
        sets_.push_back({&script_.sets[task.set], kNone});
        phase_ = Phase::starting;
        at_ = sets_.back().set->on_start;
        return;
    }
    ++iteration_;
    std::ranges::fill(rows_, kNone);
    phase_ = Phase::at_task;
    at_ = task.begin;
}

// All but requests, which are the most.
std::optional<Next> ScriptUser::run(const Instruction& step, Attempt& /*attempt*/) {
    switch (step.op) {
        case Op::choose:
            choose();
            return {};
        case Op::end:
            return end_steps();
        case Op::wait:
            return Next::think(draw_wait(script_.waits[step.argument]));
        case Op::set:
            set_values(script_.sets_of_values[step.argument]);
            return {};
        case Op::set_headers:
            if (set_headers(script_.headers[step.argument])) return {};
            return end_by_error({});
        case Op::jump:
            at_ = step.target;
            return {};
        case Op::jump_unless:
            bench_.clear();
            if (!script_.conditions[step.argument].evaluate(*this).is_true()) at_ = step.target;
            return {};
        case Op::repeat_begin:
            rounds_[script_.repeats[step.argument].counter] = 0;
            return {};
        case Op::repeat_end:
            return end_round(step);
        case Op::for_begin: {
            const ScriptForEach& loop = script_.for_each[step.argument];
            rounds_[loop.counter] = 0;
            rows_[loop.data] = 0;
            if (script_.scenario->data[loop.data].rows == 0) at_ = step.target;
            return {};
        }
        case Op::for_end: {
            const ScriptForEach& loop = script_.for_each[step.argument];
            const bool more = ++rounds_[loop.counter] < script_.scenario->data[loop.data].rows;
            rows_[loop.data] = more ? rounds_[loop.counter] : kNone;
            if (more) at_ = step.target;
            return {};
        }
        case Op::group_begin:
            groups_.push_back({script_.groups[step.argument], now_ns_, failures_});
            return {};
        case Op::group_end:
            end_group();
            return {};
        case Op::metric:
            measure(script_.metrics[step.argument]);
            return {};
        case Op::log:
            log(script_.texts[step.argument]);
            return {};
        case Op::fail: {
            bench_.clear();
            std::string& reason = bench_.scratch();
            script_.texts[step.argument].render(*this, reason);
            return end_by_error(fmt::format("{}: {}", task_name(), reason));
        }
        case Op::stop_user:
            return stop(true);
        case Op::interrupt:
            return stop(false);
        case Op::request:
            break;  // next() does those.
    }
    return {};
}

std::optional<Next> ScriptUser::end_round(const Instruction& step) {
    const ScriptRepeat& repeat = script_.repeats[step.argument];
    const std::uint32_t rounds = ++rounds_[repeat.counter];
    if (repeat.how.until) {
        bench_.clear();
        if (repeat.how.until->evaluate(*this).is_true()) return {};
    }
    if (rounds >= repeat.how.limit) {
        if (repeat.how.until) {
            ++failures_;  // Of the group that it is in.
            bench_.recorder.record_exception(
                class_.about.name, fmt::format("{}: not '{}' within {} rounds", task_name(),
                                               repeat.how.until->source(), rounds));
        }
        return {};
    }
    at_ = step.target;
    if (repeat.how.every.is_zero()) return {};
    return Next::think(draw_wait(repeat.how.every));
}

void ScriptUser::end_group() {
    const OpenGroup group = groups_.back();
    groups_.pop_back();
    bench_.recorder.record_transaction(group.task, group.began_ns, now_ns_,
                                       failures_ > group.failures_before);
}

void ScriptUser::set_values(const SetStep& step) {
    for (const auto& [variable, text] : step.values) {
        bench_.clear();
        own_[script_.own_of[variable]].assign(text.evaluate(*this));
    }
}

std::optional<Next> ScriptUser::end_steps() {
    switch (phase_) {
        case Phase::starting:
            phase_ = Phase::choosing;
            at_ = 0;
            return {};
        case Phase::at_task:
            phase_ = Phase::choosing;
            at_ = 0;
            if (arrival_) session_.drop_socket();  // The next arrival is somebody else.
            return Next::end(sets_.back().set->wait);
        case Phase::stopping:
            sets_.pop_back();
            if (!leaving_) {
                phase_ = Phase::choosing;
                at_ = 0;
                return Next::end({});
            }
            if (sets_.empty()) {
                phase_ = Phase::gone;
                return Next::gone();
            }
            at_ = sets_.back().set->on_stop;
            return {};
        default:
            return Next::gone();
    }
}

// Counts it, and ends the steps that it is at. Empty: that has been done, or is no mistake.
std::optional<Next> ScriptUser::end_by_error(std::string_view message) {
    if (out_of_rows_) {
        out_of_rows_ = false;
        return stop(true);
    }
    if (!message.empty()) bench_.recorder.record_exception(class_.about.name, message);
    ++failures_;
    while (!groups_.empty()) end_group();
    if (phase_ == Phase::starting && sets_.size() == 1) {
        // Who could not start does nothing, and has nothing to clean up.
        phase_ = Phase::gone;
        return Next::gone();
    }
    return end_steps();
}

// Out of the innermost set, or for good. Within an on_stop only that is over.
std::optional<Next> ScriptUser::stop(bool leaving) {
    groups_.clear();
    leaving_ = leaving_ || leaving;
    if (phase_ == Phase::stopping) return end_steps();
    phase_ = Phase::stopping;
    at_ = sets_.back().set->on_stop;
    return {};
}

std::int64_t ScriptUser::draw_wait(const load::WaitTime& wait) {
    return load::next_iteration(wait, now_ns_, now_ns_, random_).due_ns - now_ns_;
}

std::string_view ScriptUser::task_name() const {
    if (phase_ == Phase::starting) return "on_start";
    if (phase_ == Phase::stopping) return "on_stop";
    const OpenSet& open = sets_.back();
    return open.last == kNone ? std::string_view("task") : open.set->tasks[open.last].name;
}

}  // namespace mettle::scenario
