#include "mettle/load/users.hpp"

#include "mettle/load/recorder.hpp"

#include <algorithm>
#include <utility>

namespace mettle::load {

namespace {

// A user whose connection is refused would try again at once, thousands of times a second.
constexpr std::int64_t kPauseAfterRefusal = 100'000'000;
// So would one whose tasks send nothing and wait for nothing.
constexpr std::int64_t kPauseAfterNothing = 1'000'000;
constexpr int kMostStepsAtOnce = 100;
constexpr int kMostAtOnce = 64;  // Then answers are looked at.
constexpr auto kNobody = UINT32_MAX;

// Those that cannot come from within launch(): the next request may be sent from here without
// piling up calls.
bool has_answer(Outcome outcome) {
    return outcome == Outcome::ok || outcome == Outcome::status || outcome == Outcome::validation ||
           outcome == Outcome::wrong_answer;
}

}  // namespace

Users::Users(const LoadPlan& plan, Share share, const Program& program,
             BehaviourFactory& behaviours, Launcher& launcher, Recorder& recorder)
    : shape_(plan.closed->shape()),
      share_(share),
      finish_tasks_(plan.finish_tasks),
      seed_(plan.seed),
      behaviours_(behaviours),
      launcher_(launcher),
      recorder_(recorder),
      iterations_left_(share.iterations),
      order_(program.classes()),
      in_class_(program.classes().size()) {
    plan_changes(share_.start_ns);
}

std::int64_t Users::next_due_ns() const {
    const std::int64_t change = std::min(next_start_ns_, next_end_ns_);
    return due_.empty() ? change : std::min(change, due_.front().at_ns);
}

void Users::release(std::int64_t now_ns) {
    for (int count = 0; count < kMostAtOnce; ++count) {
        if (std::min(next_start_ns_, next_end_ns_) <= now_ns) {
            if (next_end_ns_ < next_start_ns_)
                end_user();
            else
                start_user(now_ns);
            continue;
        }
        if (due_.empty() || due_.front().at_ns > now_ns) return;
        const Due due = due_.front();
        std::ranges::pop_heap(due_, std::greater{});
        due_.pop_back();
        if (users_[due.user].epoch == due.epoch) advance(due.user, due.at_ns, now_ns);
    }
}

// When the next one of this worker comes or goes, seen from `moment_ns`.
void Users::plan_changes(std::int64_t moment_ns) {
    next_start_ns_ = next_end_ns_ = kNever;
    if (stopped_ || iterations_left_ == 0) return;
    const auto level = [&](std::size_t position) {
        return static_cast<double>(share_.worker) +
               static_cast<double>(position) * static_cast<double>(share_.workers);
    };
    const std::int64_t from_ns = moment_ns - share_.start_ns;
    const auto at = [&](std::int64_t offset_ns) {
        return offset_ns == LoadShape::kNever ? kNever : share_.start_ns + offset_ns;
    };
    next_start_ns_ = at(shape_.rises_above(level(active_.size()), from_ns));
    if (!active_.empty()) next_end_ns_ = at(shape_.falls_to(level(active_.size() - 1), from_ns));
}

void Users::start_user(std::int64_t now_ns) {
    const std::int64_t due_ns = next_start_ns_;
    const std::size_t position = active_.size();
    while (classes_.size() <= position) {
        // The order is that of all workers' users: this one's are every W-th.
        for (int skipped = 0; skipped < (classes_.empty() ? share_.worker : share_.workers - 1);
             ++skipped)
            order_.next();
        classes_.push_back(order_.next());
    }
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(users_.size()));
        users_.emplace_back();
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    users_[index].position = static_cast<std::uint32_t>(position);
    active_.push_back(index);
    UserPlace place;
    place.number = static_cast<std::uint64_t>(share_.worker) +
                   started_++ * static_cast<std::uint64_t>(share_.workers);
    place.user_class = classes_[position];
    place.in_class = in_class_[place.user_class]++;
    User& user = users_[index];
    user.attempt.owner = index;
    user.behaviour = behaviours_.make(place);
    user.random = Random(Random(seed_ ^ (place.number << 20)).next() ^ 0x5bd1e995);
    user.iteration_began_ns = due_ns;
    user.state = State::between;
    user.to_leave = user.left = false;
    ++alive_;
    plan_changes(due_ns);
    advance(index, due_ns, now_ns);
}

void Users::end_user() {
    const std::int64_t moment_ns = next_end_ns_;
    const std::uint32_t index = active_.back();
    active_.pop_back();
    plan_changes(moment_ns);
    if (index != kNobody) ask_to_leave(index, moment_ns);
}

// Takes steps until one needs time. `due_ns` is the moment from which the next one counts.
void Users::advance(std::uint32_t index, std::int64_t due_ns, std::int64_t now_ns) {
    User& user = users_[index];
    for (int steps = 0;; ++steps) {
        if (user.state == State::between && !user.left) {
            if (user.to_leave || iterations_left_ == 0)
                tell_to_leave(user);
            else
                --iterations_left_;
        }
        const Next next = user.behaviour->next(user.attempt, due_ns);
        State then = State::thinking;
        switch (next.kind) {
            case Next::Kind::request:
                return send(index, due_ns);
            case Next::Kind::over:
                iterations_left_ = 0;
                plan_changes(now_ns);
                return remove(index);
            case Next::Kind::gone:
                return remove(index);
            case Next::Kind::not_yet:
                // A user is due when it has something to send.
                due_ns = std::max(due_ns, now_ns) + next.wait_ns;
                break;
            case Next::Kind::wait:
                due_ns += std::max<std::int64_t>(next.wait_ns, 0);
                break;
            case Next::Kind::iteration_end:
                then = State::between;
                if (!user.to_leave) end_iteration(user, next.wait, due_ns);
                break;
        }
        user.state = then;
        if (steps == kMostStepsAtOnce) due_ns = std::max(due_ns, now_ns + kPauseAfterNothing);
        if (due_ns > now_ns) {
            // Thinking is cut short for one who is to go, unless the task is to be finished.
            if (user.to_leave && !user.left && (then == State::between || !finish_tasks_)) {
                tell_to_leave(user);
                due_ns = now_ns;
                continue;
            }
            return wait_until(index, then, due_ns);
        }
    }
}

void Users::end_iteration(User& user, const WaitTime& wait, std::int64_t& due_ns) {
    const NextIteration next = next_iteration(wait, user.iteration_began_ns, due_ns, user.random);
    if (next.missed) recorder_.add_missed(next.missed);
    due_ns = user.iteration_began_ns = next.due_ns;
}

void Users::send(std::uint32_t index, std::int64_t due_ns) {
    User& user = users_[index];
    user.state = State::busy;
    user.attempt.due_ns = due_ns;
    launcher_.launch(user.attempt);
}

void Users::wait_until(std::uint32_t index, State state, std::int64_t due_ns) {
    User& user = users_[index];
    user.state = state;
    due_.push_back({due_ns, index, ++user.epoch});
    std::ranges::push_heap(due_, std::greater{});
}

void Users::on_done(Attempt& attempt, std::int64_t now_ns) {
    const std::uint32_t index = attempt.owner;
    User& user = users_[index];
    if (abandoned_) return remove(index);
    user.state = State::thinking;
    if (user.to_leave && !finish_tasks_) tell_to_leave(user);
    std::int64_t due_ns = attempt.done_ns;
    if (attempt.outcome == Outcome::connect && !user.left) due_ns += kPauseAfterRefusal;
    if (has_answer(attempt.outcome) && due_ns <= now_ns)
        advance(index, due_ns, now_ns);
    else
        wait_until(index, State::thinking, due_ns);
}

void Users::ask_to_leave(std::uint32_t index, std::int64_t now_ns) {
    User& user = users_[index];
    if (user.state == State::absent || user.to_leave) return;
    user.to_leave = true;
    if (user.state == State::busy || (user.state == State::thinking && finish_tasks_)) return;
    tell_to_leave(user);
    wait_until(index, user.state, now_ns);
}

void Users::tell_to_leave(User& user) {
    if (user.left) return;
    user.to_leave = user.left = true;
    user.behaviour->leave();
}

void Users::remove(std::uint32_t index) {
    User& user = users_[index];
    user.behaviour.reset();
    user.state = State::absent;
    ++user.epoch;
    --alive_;
    free_.push_back(index);
    // One that left by itself keeps its position: nobody takes its place.
    if (user.position < active_.size() && active_[user.position] == index)
        active_[user.position] = kNobody;
}

void Users::stop(std::int64_t now_ns) {
    stopped_ = true;
    next_start_ns_ = next_end_ns_ = kNever;
    active_.clear();
    for (std::uint32_t index = 0; index < users_.size(); ++index) ask_to_leave(index, now_ns);
}

void Users::for_each_in_flight(const std::function<void(Attempt&)>& visit) {
    // By number: what is visited may be gone before the visit ends.
    for (std::size_t index = 0; index < users_.size(); ++index) {
        if (users_[index].state == State::busy) visit(users_[index].attempt);
    }
}

}  // namespace mettle::load
