#pragma once

#include "mettle/load/arrival_schedule.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/load/source.hpp"
#include "mettle/load/task_choice.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace mettle::load {

// A worker's share of the arrivals of an open load. A late one is sent at once and keeps its due
// time; nothing is ever left out. In flight are at most rate × timeout attempts.
class Arrivals final : public Source {
public:
    struct Share {
        int worker = 0;
        int workers = 1;
        std::int64_t start_ns = 0;
        Duration length = Duration::max();
        std::uint64_t iterations = UINT64_MAX;  // Of this worker.
    };

    Arrivals(const LoadPlan& plan, Share share, Launcher& launcher);

    std::int64_t next_due_ns() const override { return next_due_ns_; }
    void release(std::int64_t now_ns) override;
    void on_done(Attempt& attempt, std::int64_t now_ns) override;
    void stop() override { next_due_ns_ = kNever; }
    bool exhausted() const override { return next_due_ns_ == kNever && in_flight_ == 0; }
    std::uint64_t unsent_before(std::int64_t moment_ns) override;
    int users() const override { return 0; }
    void for_each_in_flight(const std::function<void(Attempt&)>& visit) override;

private:
    struct Slot {
        Attempt attempt;
        bool busy = false;
    };

    void advance();

    std::uint64_t seed_;
    ArrivalSchedule schedule_;
    std::int64_t start_ns_;
    std::uint64_t workers_;
    std::uint64_t arrival_;  // Of the next, among those of all workers.
    std::uint64_t iterations_left_;
    TaskChoice choice_;
    Launcher& launcher_;
    std::int64_t next_due_ns_ = kNever;
    std::deque<Slot> slots_;  // Grows to the most that were ever in flight.
    std::vector<std::uint32_t> free_;
    int in_flight_ = 0;
};

}  // namespace mettle::load
