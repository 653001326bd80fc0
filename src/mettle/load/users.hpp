#pragma once

#include "mettle/load/runner.hpp"
#include "mettle/load/source.hpp"
#include "mettle/load/task_choice.hpp"

#include <cstdint>
#include <vector>

namespace mettle::load {

// A worker's share of the virtual users of a closed load: user u of all is worker u mod W's. A user
// is a slot, not a coroutine: an attempt, a state of randomness and a due time in a heap. It is due
// again when it has its answer and has waited.
class Users final : public Source {
public:
    struct Share {
        int worker = 0;
        int workers = 1;
        std::int64_t start_ns = 0;              // User u of all begins at start + u / spawn rate.
        std::uint64_t iterations = UINT64_MAX;  // Of this worker.
    };

    Users(const LoadPlan& plan, Share share, Launcher& launcher, Recorder& recorder);

    std::int64_t next_due_ns() const override;
    void release(std::int64_t now_ns) override;
    void on_done(Attempt& attempt, std::int64_t now_ns) override;
    void stop() override;
    bool exhausted() const override { return due_.empty() && busy_ == 0; }
    // Users wait for their answers: what was not sent by the end was not due.
    std::uint64_t unsent_before(std::int64_t /*moment_ns*/) override { return 0; }
    int users() const override { return spawned_; }
    void for_each_in_flight(const std::function<void(Attempt&)>& visit) override;

private:
    struct User {
        explicit User(std::uint64_t seed) : random(seed) {}

        Attempt attempt;
        Random random;
        std::uint32_t next_payload = 0;
        bool started = false;
        bool busy = false;
    };
    struct Due {
        bool operator>(const Due& other) const { return at_ns > other.at_ns; }
        std::int64_t at_ns;
        std::uint32_t user;
    };

    void begin(std::uint32_t index, std::int64_t due_ns);
    void push_due(std::uint32_t index, std::int64_t due_ns);

    WaitTime wait_;
    std::int64_t timeout_ns_;
    TaskChoice choice_;
    Launcher& launcher_;
    Recorder& recorder_;
    std::uint64_t iterations_left_;
    std::vector<User> users_;
    std::vector<Due> due_;  // A heap, the earliest first.
    int spawned_ = 0;
    int busy_ = 0;
    bool stopped_ = false;
};

}  // namespace mettle::load
