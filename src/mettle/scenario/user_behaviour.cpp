#include "mettle/scenario/user_behaviour.hpp"

#include "mettle/base/assert.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>

namespace mettle::scenario {

namespace {

using load::Attempt;
using load::Next;
using load::Outcome;

// Weights of nothing but zeros choose the first.
std::size_t choose(const std::vector<double>& weights, load::Random& random) {
    double sum = 0;
    for (const double weight : weights) sum += weight;
    double point = random.uniform() * sum;
    for (std::size_t index = 0; index < weights.size(); ++index) {
        if (point < weights[index]) return index;
        point -= weights[index];
    }
    return 0;
}

}  // namespace

UserBehaviour::UserBehaviour(Crew& crew, const UserKind& kind, std::uint64_t number,
                             std::uint64_t seed)
    : crew_(crew),
      kind_(kind),
      number_(number),
      seed_(seed),
      random_(load::Random(seed ^ (number << 20)).next()),
      session_(crew.setup, crew.details, *this),
      user_(kind.make()) {
    user_->behaviour_ = this;
}

UserBehaviour::~UserBehaviour() {
    drop_flow();
}

// Scopes within the flow end without being counted.
void UserBehaviour::drop_flow() {
    dropping_ = true;
    flow_ = {};
    dropping_ = false;
    waits_ = Waits::for_nothing;
}

void UserBehaviour::arrive(std::uint64_t number) {
    random_ = load::Random(seed_ * 0x2545f4914f6cdd1d + number);
}

void UserBehaviour::leave() {
    drop_flow();
    const bool began = phase_ == Phase::starting || phase_ == Phase::running;
    phase_ = began ? Phase::leaving : Phase::left;
}

Next UserBehaviour::next(Attempt& attempt, std::int64_t now_ns) {
    now_ns_ = now_ns;
    if (waits_ == Waits::for_answer) {
        take_missing_answer(attempt);
        resume();
    } else if (waits_ == Waits::for_waking) {
        resume();
    }
    for (;;) {
        if (waits_ == Waits::to_send) {
            waits_ = Waits::for_answer;
            if (pending_events_) session_.read_events(*pending_events_);
            session_.fill(attempt);
            attempt.task = pending_task_;
            attempt.timeout_ns = pending_timeout_ns_;
            return Next::request();
        }
        if (waits_ == Waits::to_sleep) {
            waits_ = Waits::for_waking;
            return Next::think(sleep_ns_);
        }
        if (flow_.handle()) {
            if (const auto next = end_flow()) return *next;
        }
        if (phase_ == Phase::left) return Next::gone();
        start_flow();
    }
}

void UserBehaviour::start_flow() {
    switch (phase_) {
        case Phase::fresh:
            phase_ = Phase::starting;
            flow_ = user_->on_start();
            break;
        case Phase::starting:
            phase_ = Phase::running;
            [[fallthrough]];
        case Phase::running:
            last_task_ = choose_task();
            flow_ = kind_.tasks[last_task_].run(*user_);
            break;
        case Phase::leaving:
            flow_ = user_->on_stop();
            break;
        case Phase::left:
            return;
    }
    waiting_ = flow_.handle();
    resume();
}

std::size_t UserBehaviour::choose_task() {
    if (kind_.sequential) return last_task_ == SIZE_MAX ? 0 : (last_task_ + 1) % kind_.tasks.size();
    if (!kind_.moves.empty())
        return last_task_ == SIZE_MAX ? 0 : choose(kind_.moves[last_task_], random_);
    std::vector<double> weights;
    for (const UserTask& task : kind_.tasks) weights.push_back(task.weight);
    return choose(weights, random_);
}

// What follows on a flow that is over; nothing where another begins at once.
std::optional<Next> UserBehaviour::end_flow() {
    const Phase phase = phase_;
    const Flow<> over = std::move(flow_);
    flow_ = {};
    bool failed = false;
    try {
        over.handle().promise().take();
    } catch (const StopUser&) {
        phase_ = Phase::leaving;
    } catch (const RescheduleTask&) {
    } catch (const std::exception& error) {
        failed = true;
        crew_.recorder.record_exception(kind_.name, error.what());
    } catch (...) {
        failed = true;
        crew_.recorder.record_exception(kind_.name, "an exception of an unknown type");
    }
    if (phase == Phase::leaving) {
        phase_ = Phase::left;
        return Next::gone();
    }
    if (phase == Phase::starting) {
        // Who could not start does nothing, and has nothing to clean up.
        if (failed) phase_ = Phase::left;
        return std::nullopt;
    }
    if (phase_ == Phase::leaving) return std::nullopt;
    return Next::end(next_wait());
}

void UserBehaviour::resume() {
    waits_ = Waits::for_nothing;
    waiting_.resume();
    answer_.head_ = answer_.body_ = answer_.error_ = {};
}

void UserBehaviour::await_request(const PendingRequest& request, std::coroutine_handle<> waiting) {
    const RequestOptions& options = request.options;
    std::vector<http::Header> headers;
    for (const auto& [name, value] : options.headers) headers.push_back({name, value});
    RequestParts parts;
    parts.method = request.method;
    parts.target = request.target;
    parts.headers = headers;
    parts.body = options.json.empty() ? options.body : options.json;
    parts.content_type = options.json.empty() ? options.content_type : "application/json";
    parts.follow_redirects = options.follow_redirects;
    using Use = PendingRequest::Use;
    if (request.use == Use::say) {
        session_.prepare_message(parts.body, request.messages, request.binary);
    } else if (request.use == Use::close_socket) {
        session_.prepare_goodbye();
    } else {
        const bool socket = request.use == Use::open_socket;
        if (socket) parts.method = "GET";
        const auto prepared = socket ? session_.prepare_socket(parts) : session_.prepare(parts);
        if (!prepared) throw std::invalid_argument(prepared.error().message);
    }
    pending_task_ =
        crew_.task(options.name.empty() ? request.target : options.name, request.method);
    pending_events_ = options.sse;
    const bool in_time = options.sse && options.sse->length > Duration::zero();
    pending_timeout_ns_ = (in_time ? options.sse->length : options.timeout).count();
    waiting_ = waiting;
    waits_ = Waits::to_send;
}

void UserBehaviour::await_sleep(Duration length, std::coroutine_handle<> waiting) {
    sleep_ns_ = std::max<std::int64_t>(length.count(), 0);
    waiting_ = waiting;
    waits_ = Waits::to_sleep;
}

load::WaitTime UserBehaviour::next_wait() {
    if (!kind_.own_wait) return kind_.wait;
    const double length_s = std::chrono::duration<double>(kind_.own_wait(*user_)).count();
    return {load::WaitTime::Kind::constant, length_s, length_s};
}

Duration UserBehaviour::draw_wait() {
    const auto next = load::next_iteration(next_wait(), now_ns_, now_ns_, random_);
    return Duration(next.due_ns - now_ns_);
}

void UserBehaviour::on_answer(Attempt& attempt, const AnswerSeen& seen) {
    now_ns_ = attempt.done_ns;
    answer_.status_ = seen.status;
    answer_.head_ = seen.head;
    answer_.body_ = seen.body;
    answer_.error_ = attempt.outcome == Outcome::ok || attempt.outcome == Outcome::status
                         ? std::string_view{}
                         : attempt.detail;
    answer_.elapsed_ = Duration(attempt.done_ns - attempt.sent_ns);
    answer_.events_ = seen.events ? seen.events->count() : 0;
    answer_.judge_ = this;
    judged_ = &attempt;
    // Counted before, so that a group that ends meanwhile knows; fail() counts by itself.
    const bool failed_before = attempt.outcome != Outcome::ok;
    failures_ += failed_before;
    resume();
    judged_ = nullptr;
    if (seen.events && attempt.outcome == Outcome::ok)
        crew_.event_metrics().record(crew_.recorder, attempt, *seen.events);
}

void UserBehaviour::take_missing_answer(const Attempt& attempt) {
    answer_ = Answer{};
    answer_.error_ = attempt.detail.empty() ? "no answer in time" : attempt.detail;
    ++failures_;
}

void UserBehaviour::judge(Outcome outcome, std::string_view why) {
    if (!judged_) return;
    failures_ += (outcome != Outcome::ok) - (judged_->outcome != Outcome::ok);
    if (outcome == Outcome::ok)
        judged_->outcome = Outcome::ok;
    else
        session_.fail(*judged_, outcome, why);
}

void UserBehaviour::record_group(std::uint32_t task, std::int64_t began_ns, bool failed) {
    if (!dropping_) crew_.recorder.record_transaction(task, began_ns, now_ns_, failed);
}

}  // namespace mettle::scenario
