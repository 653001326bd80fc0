#pragma once

#include "mettle/load/behaviour.hpp"
#include "mettle/load/class_order.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/load/source.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace mettle::load {

// A worker's share of the virtual users of a closed load: user u of all is worker u mod W's. Users
// come and go as the plan's shape says, the last to come the first to go. A user is a slot, not a
// thread: an attempt, a behaviour and a due time in a heap.
class Users final : public Source {
public:
    struct Share {
        int worker = 0;
        int workers = 1;
        std::int64_t start_ns = 0;              // Of the load's shape.
        std::uint64_t iterations = UINT64_MAX;  // Of this worker.
    };

    // All that is taken by reference must live longer.
    Users(const LoadPlan& plan, Share share, const Program& program, BehaviourFactory& behaviours,
          Launcher& launcher, Recorder& recorder);

    std::int64_t next_due_ns() const override;
    void release(std::int64_t now_ns) override;
    void on_done(Attempt& attempt, std::int64_t now_ns) override;
    void stop(std::int64_t now_ns) override;
    void abandon() override { abandoned_ = true; }
    bool exhausted() const override { return alive_ == 0 && next_start_ns_ == kNever; }
    // Users wait for their answers: what was not sent by the end was not due.
    std::uint64_t unsent_before(std::int64_t /*moment_ns*/) override { return 0; }
    int users() const override { return alive_; }
    void for_each_in_flight(const std::function<void(Attempt&)>& visit) override;

private:
    enum class State : std::uint8_t {
        absent,
        between,   // Two iterations.
        thinking,  // Within one.
        busy,      // A request is in flight.
    };
    struct User {
        Attempt attempt;
        std::unique_ptr<Behaviour> behaviour;
        Random random{0};
        std::int64_t iteration_began_ns = 0;
        std::uint32_t position = 0;
        std::uint32_t epoch = 0;  // Of what waits in the heap: older entries are not meant.
        State state = State::absent;
        bool to_leave = false;  // As soon as it may.
        bool left = false;      // Its behaviour has been told.
    };
    struct Due {
        bool operator>(const Due& other) const { return at_ns > other.at_ns; }
        std::int64_t at_ns;
        std::uint32_t user;
        std::uint32_t epoch;
    };

    void start_user(std::int64_t now_ns);
    void end_user();
    void plan_changes(std::int64_t moment_ns);
    void advance(std::uint32_t index, std::int64_t due_ns, std::int64_t now_ns);
    void end_iteration(User& user, const WaitTime& wait, std::int64_t& due_ns);
    void ask_to_leave(std::uint32_t index, std::int64_t now_ns);
    void tell_to_leave(User& user);
    void send(std::uint32_t index, std::int64_t due_ns);
    void wait_until(std::uint32_t index, State state, std::int64_t due_ns);
    void remove(std::uint32_t index);

    LoadShape shape_;
    Share share_;
    bool finish_tasks_;
    std::uint64_t seed_;
    BehaviourFactory& behaviours_;
    Launcher& launcher_;
    Recorder& recorder_;
    std::uint64_t iterations_left_;
    ClassOrder order_;
    std::vector<std::uint32_t> classes_;   // By this worker's positions, as far as reached.
    std::vector<std::uint32_t> in_class_;  // Users that each class has had.
    std::uint64_t started_ = 0;
    std::deque<User> users_;
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> active_;  // Which user has each position; the last is the youngest.
    std::vector<Due> due_;               // A heap, the earliest first.
    std::int64_t next_start_ns_ = kNever;
    std::int64_t next_end_ns_ = kNever;
    int alive_ = 0;
    bool stopped_ = false;
    bool abandoned_ = false;
};

}  // namespace mettle::load
