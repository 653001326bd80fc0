#include "mettle/load/users.hpp"

#include <algorithm>
#include <cmath>

namespace mettle::load {

namespace {

// A user whose connection is refused would try again at once, thousands of times a second.
constexpr std::int64_t kPauseAfterRefusal = 100'000'000;
constexpr int kMostAtOnce = 64;  // Then answers are looked at.

// Those that cannot come from within launch(): the next request may be sent from here without
// piling up calls.
bool has_answer(Outcome outcome) {
    return outcome == Outcome::ok || outcome == Outcome::status || outcome == Outcome::validation ||
           outcome == Outcome::wrong_answer;
}

}  // namespace

Users::Users(const LoadPlan& plan, Share share, Launcher& launcher, Recorder& recorder)
    : wait_(plan.closed->wait),
      timeout_ns_(plan.timeout.count()),
      choice_(plan.tasks),
      launcher_(launcher),
      recorder_(recorder),
      iterations_left_(share.iterations) {
    for (int number = share.worker; number < plan.closed->users; number += share.workers) {
        const auto id = static_cast<std::uint64_t>(number);
        const auto index = static_cast<std::uint32_t>(users_.size());
        User& user = users_.emplace_back(Random(plan.seed ^ (id << 20)).next());
        user.attempt.owner = index;
        user.next_payload = static_cast<std::uint32_t>(number);
        const double delay_ns = static_cast<double>(number) / plan.closed->spawn_rate * 1e9;
        push_due(index, share.start_ns + std::llround(std::min(delay_ns, 1e18)));
    }
}

std::int64_t Users::next_due_ns() const {
    return due_.empty() ? kNever : due_.front().at_ns;
}

void Users::push_due(std::uint32_t index, std::int64_t due_ns) {
    due_.push_back({due_ns, index});
    std::ranges::push_heap(due_, std::greater{});
}

void Users::release(std::int64_t now_ns) {
    for (int count = 0; count < kMostAtOnce && !due_.empty(); ++count) {
        const Due due = due_.front();
        if (due.at_ns > now_ns) return;
        std::ranges::pop_heap(due_, std::greater{});
        due_.pop_back();
        begin(due.user, due.at_ns);
    }
}

void Users::begin(std::uint32_t index, std::int64_t due_ns) {
    if (iterations_left_ == 0) {
        stop();
        return;
    }
    --iterations_left_;
    User& user = users_[index];
    if (!user.started) {
        user.started = true;
        ++spawned_;
    }
    Attempt& attempt = user.attempt;
    attempt.task = choice_.choose(user.random);
    attempt.payload = user.next_payload++ % choice_.payloads_of(attempt.task);
    attempt.due_ns = due_ns;
    user.busy = true;
    ++busy_;
    launcher_.launch(attempt);
}

void Users::on_done(Attempt& attempt, std::int64_t now_ns) {
    User& user = users_[attempt.owner];
    user.busy = false;
    --busy_;
    if (stopped_) return;
    const NextIteration next = next_iteration(wait_, attempt.due_ns, attempt.done_ns, user.random);
    if (next.missed) recorder_.add_missed(next.missed);
    std::int64_t due_ns = next.due_ns;
    if (attempt.outcome == Outcome::connect)
        due_ns = std::max(due_ns, attempt.done_ns + kPauseAfterRefusal);
    if (due_ns <= now_ns && has_answer(attempt.outcome))
        begin(attempt.owner, due_ns);
    else
        push_due(attempt.owner, due_ns);
}

void Users::stop() {
    stopped_ = true;
    due_.clear();
}

void Users::for_each_in_flight(const std::function<void(Attempt&)>& visit) {
    for (User& user : users_) {
        if (user.busy) visit(user.attempt);
    }
}

}  // namespace mettle::load
