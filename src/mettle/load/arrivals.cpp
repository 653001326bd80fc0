#include "mettle/load/arrivals.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace mettle::load {

namespace {

constexpr int kMostAtOnce = 32;  // Then answers are looked at.
constexpr std::int64_t kPauseAfterRefusal = 100'000'000;
constexpr std::int64_t kPauseAfterNothing = 1'000'000;
constexpr int kMostStepsAtOnce = 100;

ArrivalSchedule whole_schedule(const OpenLoad& open, Duration length, std::uint64_t seed) {
    if (open.trace) return ArrivalSchedule::trace(open.trace, length);
    if (open.stages)
        return ArrivalSchedule::along(open.law, RateCurve::stages(*open.stages), length, seed);
    if (open.law.has_bursts()) {
        const auto curve = RateCurve::bursts(open.rate, open.law.on, open.law.off);
        return ArrivalSchedule::along(open.law, curve, length, seed);
    }
    return ArrivalSchedule::along(open.law, RateCurve::constant(open.rate), length, seed);
}

ArrivalSchedule make_schedule(const LoadPlan& plan, const Arrivals::Share& share) {
    return whole_schedule(*plan.open, share.length, plan.seed)
        .share(static_cast<std::uint64_t>(share.worker), static_cast<std::uint64_t>(share.workers));
}

std::vector<double> cumulative_weights(const std::vector<UserClass>& classes) {
    std::vector<double> sums;
    double sum = 0;
    for (const UserClass& each : classes) {
        // Where users have a fixed count, that is their weight among arrivals.
        sum += each.fixed_count > 0 ? each.fixed_count : each.weight;
        sums.push_back(sum);
    }
    return sums;
}

}  // namespace

Arrivals::Arrivals(const LoadPlan& plan, Share share, const Program& program,
                   BehaviourFactory& behaviours, Launcher& launcher)
    : seed_(plan.seed),
      schedule_(make_schedule(plan, share)),
      start_ns_(share.start_ns),
      workers_(static_cast<std::uint64_t>(share.workers)),
      finish_tasks_(plan.finish_tasks),
      arrival_(static_cast<std::uint64_t>(share.worker)),
      iterations_left_(share.iterations),
      behaviours_(behaviours),
      launcher_(launcher),
      cumulative_weights_(cumulative_weights(program.classes())),
      free_(program.classes().size()),
      in_class_(program.classes().size()) {
    plan_next();
}

void Arrivals::plan_next() {
    next_arrival_ns_ = kNever;
    if (stopped_ || iterations_left_ == 0) return;
    --iterations_left_;
    if (const auto offset = schedule_.next()) next_arrival_ns_ = start_ns_ + offset->count();
}

std::int64_t Arrivals::next_due_ns() const {
    return due_.empty() ? next_arrival_ns_ : std::min(next_arrival_ns_, due_.front().at_ns);
}

void Arrivals::release(std::int64_t now_ns) {
    for (int count = 0; count < kMostAtOnce; ++count) {
        const std::int64_t thought_ns = due_.empty() ? kNever : due_.front().at_ns;
        if (std::min(next_arrival_ns_, thought_ns) > now_ns) return;
        if (next_arrival_ns_ <= thought_ns) {
            arrive(now_ns);
            continue;
        }
        const std::uint32_t index = due_.front().slot;
        std::ranges::pop_heap(due_, std::greater{});
        due_.pop_back();
        Slot& slot = slots_[index];
        if (slot.overdue_ns == kNever) {
            advance(slot, thought_ns, now_ns, /*arrival=*/false);
        } else {
            const std::int64_t due_ns = std::exchange(slot.overdue_ns, kNever);
            advance(slot, due_ns, now_ns, slot.overdue_arrival);
        }
    }
}

void Arrivals::arrive(std::int64_t now_ns) {
    // From the arrival's number alone, so that the number of workers changes nothing.
    const std::uint64_t number = arrival_;
    const std::int64_t due_ns = next_arrival_ns_;
    arrival_ += workers_;
    plan_next();
    std::uint32_t user_class = 0;
    if (cumulative_weights_.size() > 1) {
        Random random(seed_ * 0x9e3779b97f4a7c15 + number);
        const double point = random.uniform() * cumulative_weights_.back();
        const auto found = std::ranges::upper_bound(cumulative_weights_, point);
        const auto last = cumulative_weights_.end() - 1;
        user_class =
            static_cast<std::uint32_t>(std::min(found, last) - cumulative_weights_.begin());
    }
    Slot& slot = take_slot(user_class);
    slot.behaviour->arrive(number);
    advance(slot, due_ns, now_ns, /*arrival=*/true);
}

Arrivals::Slot& Arrivals::take_slot(std::uint32_t user_class) {
    auto& free = free_[user_class];
    if (free.empty()) {
        free.push_back(static_cast<std::uint32_t>(slots_.size()));
        Slot& slot = slots_.emplace_back();
        slot.attempt.owner = free.back();
        slot.user_class = user_class;
    }
    Slot& slot = slots_[free.back()];
    free.pop_back();
    if (!slot.behaviour) {
        const std::uint32_t number = in_class_[user_class]++;
        slot.behaviour = behaviours_.make({slot.attempt.owner, user_class, number});
    }
    slot.at_work = true;
    ++at_work_;
    return slot;
}

// Takes steps until one needs time. `due_ns` is the moment from which the next one counts.
void Arrivals::advance(Slot& slot, std::int64_t due_ns, std::int64_t now_ns, bool arrival) {
    for (int steps = 0;; ++steps) {
        const Next next = slot.behaviour->next(slot.attempt, due_ns);
        switch (next.kind) {
            case Next::Kind::request:
                slot.attempt.due_ns = due_ns;
                slot.attempt.is_arrival = arrival;
                slot.in_flight = true;
                return launcher_.launch(slot.attempt);
            case Next::Kind::not_yet:
                if (stopped_ && !finish_tasks_) {
                    leave(slot);
                    break;
                }
                slot.overdue_ns = due_ns;
                slot.overdue_arrival = arrival;
                return wait_until(slot, std::max(due_ns, now_ns) + next.wait_ns);
            case Next::Kind::over:
                iterations_left_ = 0;
                next_arrival_ns_ = kNever;
                [[fallthrough]];
            case Next::Kind::gone:
                slot.behaviour.reset();
                slot.left = false;
                return rest(slot);
            case Next::Kind::iteration_end:
                if (!stopped_) return rest(slot);
                leave(slot);
                break;
            case Next::Kind::wait:
                due_ns += std::max<std::int64_t>(next.wait_ns, 0);
                arrival = false;
                if (stopped_ && !finish_tasks_) {
                    leave(slot);
                    due_ns = std::min(due_ns, now_ns);
                }
                break;
        }
        if (steps == kMostStepsAtOnce) due_ns = std::max(due_ns, now_ns + kPauseAfterNothing);
        if (due_ns > now_ns) return wait_until(slot, due_ns);
    }
}

void Arrivals::wait_until(Slot& slot, std::int64_t due_ns) {
    due_.push_back({due_ns, slot.attempt.owner});
    std::ranges::push_heap(due_, std::greater{});
}

void Arrivals::rest(Slot& slot) {
    slot.at_work = false;
    --at_work_;
    free_[slot.user_class].push_back(slot.attempt.owner);
}

void Arrivals::leave(Slot& slot) {
    if (slot.left) return;
    slot.left = true;
    slot.behaviour->leave();
}

std::uint64_t Arrivals::unsent_before(std::int64_t moment_ns) {
    std::uint64_t count = 0;
    for (; next_arrival_ns_ < moment_ns; plan_next()) ++count;
    return count;
}

void Arrivals::on_done(Attempt& attempt, std::int64_t now_ns) {
    Slot& slot = slots_[attempt.owner];
    slot.in_flight = false;
    if (abandoned_) return rest(slot);
    if (stopped_ && !finish_tasks_) leave(slot);
    std::int64_t due_ns = attempt.done_ns;
    const bool refused = attempt.outcome == Outcome::connect;
    // What could not be sent may have come from within launch(): the next step is for later, or
    // steps would pile up.
    if (attempt.status == 0 && attempt.outcome != Outcome::ok) {
        if (refused) due_ns = std::max(due_ns, now_ns) + (slot.left ? 0 : kPauseAfterRefusal);
        return wait_until(slot, due_ns);
    }
    advance(slot, due_ns, now_ns, /*arrival=*/false);
}

void Arrivals::stop(std::int64_t now_ns) {
    stopped_ = true;
    next_arrival_ns_ = kNever;
    // Those who think are told to go when they have thought, or now.
    if (!finish_tasks_) {
        for (Due& due : due_) {
            leave(slots_[due.slot]);
            due.at_ns = std::min(due.at_ns, now_ns);
        }
        std::ranges::make_heap(due_, std::greater{});
    }
    for (auto& free : free_) {
        for (const std::uint32_t index : free) {
            Slot& slot = slots_[index];
            if (!slot.behaviour) continue;
            slot.at_work = true;
            ++at_work_;
            leave(slot);
            wait_until(slot, now_ns);
        }
        free.clear();
    }
}

void Arrivals::for_each_in_flight(const std::function<void(Attempt&)>& visit) {
    for (std::size_t index = 0; index < slots_.size(); ++index) {
        if (slots_[index].in_flight) visit(slots_[index].attempt);
    }
}

}  // namespace mettle::load
