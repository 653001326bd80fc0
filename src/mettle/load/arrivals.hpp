#pragma once

#include "mettle/load/arrival_schedule.hpp"
#include "mettle/load/behaviour.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/load/source.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace mettle::load {

// A worker's share of the arrivals of an open load. Each arrival is one iteration of a user of the
// pool: its first request is due at the arrival, later ones when the one before is done. A late
// arrival goes at once and keeps its due time; nothing is ever left out. The pool grows to the most
// that were ever at work at once: at most rate × the length of an iteration.
class Arrivals final : public Source {
public:
    struct Share {
        int worker = 0;
        int workers = 1;
        std::int64_t start_ns = 0;
        Duration length = Duration::max();
        std::uint64_t iterations = UINT64_MAX;  // Of this worker.
    };

    // All that is taken by reference must live longer.
    Arrivals(const LoadPlan& plan, Share share, const Program& program,
             BehaviourFactory& behaviours, Launcher& launcher);

    std::int64_t next_due_ns() const override;
    void release(std::int64_t now_ns) override;
    void on_done(Attempt& attempt, std::int64_t now_ns) override;
    void stop(std::int64_t now_ns) override;
    void abandon() override { abandoned_ = true; }
    bool exhausted() const override { return next_arrival_ns_ == kNever && at_work_ == 0; }
    std::uint64_t unsent_before(std::int64_t moment_ns) override;
    int users() const override { return 0; }
    void for_each_in_flight(const std::function<void(Attempt&)>& visit) override;

private:
    struct Slot {
        Attempt attempt;
        std::unique_ptr<Behaviour> behaviour;
        std::uint32_t user_class = 0;
        bool in_flight = false;
        bool at_work = false;  // In an iteration, or leaving.
        bool left = false;
        std::int64_t overdue_ns =
            0;  // When its step was due, which it could not take yet; 0: none.
        bool overdue_arrival = false;
    };
    struct Due {
        bool operator>(const Due& other) const { return at_ns > other.at_ns; }
        std::int64_t at_ns;
        std::uint32_t slot;
    };

    void plan_next();
    void arrive(std::int64_t now_ns);
    Slot& take_slot(std::uint32_t user_class);
    void advance(Slot& slot, std::int64_t due_ns, std::int64_t now_ns, bool arrival);
    void wait_until(Slot& slot, std::int64_t due_ns);
    void rest(Slot& slot);
    void leave(Slot& slot);

    std::uint64_t seed_;
    ArrivalSchedule schedule_;
    std::int64_t start_ns_;
    std::uint64_t workers_;
    bool finish_tasks_;
    std::uint64_t arrival_;  // Of the next, among those of all workers.
    std::uint64_t iterations_left_;
    BehaviourFactory& behaviours_;
    Launcher& launcher_;
    std::vector<double> cumulative_weights_;  // Of the program's classes.
    std::int64_t next_arrival_ns_ = kNever;
    std::deque<Slot> slots_;
    std::vector<std::vector<std::uint32_t>> free_;  // By class.
    std::vector<std::uint32_t> in_class_;
    std::vector<Due> due_;  // A heap, the earliest first: who thinks within an iteration.
    int at_work_ = 0;
    bool stopped_ = false;
    bool abandoned_ = false;
};

}  // namespace mettle::load
