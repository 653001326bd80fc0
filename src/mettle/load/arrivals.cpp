#include "mettle/load/arrivals.hpp"

namespace mettle::load {

namespace {

constexpr int kMostAtOnce = 32;  // Then answers are looked at.

ArrivalSchedule make_schedule(const LoadPlan& plan, const Arrivals::Share& share) {
    const double rate = plan.open->rate;
    const auto whole = plan.open->law == OpenLoad::Law::poisson
                           ? ArrivalSchedule::poisson(rate, share.length, plan.seed)
                           : ArrivalSchedule::constant_rate(rate, share.length);
    return whole.share(static_cast<std::uint64_t>(share.worker),
                       static_cast<std::uint64_t>(share.workers));
}

}  // namespace

Arrivals::Arrivals(const LoadPlan& plan, Share share, Launcher& launcher)
    : seed_(plan.seed),
      schedule_(make_schedule(plan, share)),
      start_ns_(share.start_ns),
      workers_(static_cast<std::uint64_t>(share.workers)),
      arrival_(static_cast<std::uint64_t>(share.worker)),
      iterations_left_(share.iterations),
      choice_(plan.tasks),
      launcher_(launcher) {
    advance();
}

void Arrivals::advance() {
    next_due_ns_ = kNever;
    if (iterations_left_ == 0) return;
    --iterations_left_;
    if (const auto offset = schedule_.next()) next_due_ns_ = start_ns_ + offset->count();
}

void Arrivals::release(std::int64_t now_ns) {
    for (int count = 0; count < kMostAtOnce && next_due_ns_ <= now_ns; ++count) {
        if (free_.empty()) {
            free_.push_back(static_cast<std::uint32_t>(slots_.size()));
            slots_.emplace_back().attempt.owner = free_.back();
        }
        Slot& slot = slots_[free_.back()];
        free_.pop_back();
        slot.busy = true;
        ++in_flight_;
        // From the arrival's number alone, so that the number of workers changes nothing.
        Random random(seed_ * 0x2545f4914f6cdd1d + arrival_);
        slot.attempt.task = choice_.choose(random);
        slot.attempt.payload =
            static_cast<std::uint32_t>(arrival_ % choice_.payloads_of(slot.attempt.task));
        slot.attempt.due_ns = next_due_ns_;
        arrival_ += workers_;
        advance();
        launcher_.launch(slot.attempt);
    }
}

std::uint64_t Arrivals::unsent_before(std::int64_t moment_ns) {
    std::uint64_t count = 0;
    for (; next_due_ns_ < moment_ns; advance()) ++count;
    return count;
}

void Arrivals::on_done(Attempt& attempt, std::int64_t /*now_ns*/) {
    slots_[attempt.owner].busy = false;
    free_.push_back(attempt.owner);
    --in_flight_;
}

void Arrivals::for_each_in_flight(const std::function<void(Attempt&)>& visit) {
    for (std::size_t index = 0; index < slots_.size(); ++index) {
        if (slots_[index].busy) visit(slots_[index].attempt);
    }
}

}  // namespace mettle::load
