#pragma once

#include "mettle/load/recorder.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/load/source.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace mettle::load {

// Where a worker leaves its reports and its runner takes them. Once a second, so a mutex will do.
class Mailbox {
public:
    // Takes the contents of `report` and leaves it cleared, in memory that can be used again.
    void put(Report& report);
    // Takes what has come, into an empty `report`.
    void take(Report& report);

private:
    std::mutex mutex_;
    Report pending_;
    bool full_ = false;
};

// The moments of a run on steady_clock, the same for all its workers.
struct RunTimes {
    std::int64_t start_ns = 0;
    std::int64_t counted_from_ns = 0;  // The end of the warm-up.
    std::int64_t ends_ns = INT64_MAX;
};

// One thread's part of a load: releases what is due, drives the transport, records, and reports
// once a second. run() is called on the worker's thread; the rest by nobody.
class Worker final : private Completion, private Launcher {
public:
    Worker(const LoadPlan& plan, const Program& program, const TransportFactory& transports,
           int index, const RunTimes& times, const std::atomic<bool>& stop, Mailbox& mailbox);

    void run();

private:
    void on_complete(Attempt& attempt) override;
    void launch(Attempt& attempt) override;
    void run_until_end();
    void release_the_late();
    void drain();
    void note_gap(const Attempt& attempt);
    void wait_until(std::int64_t due_ns, std::int64_t latest_ns);
    void spin_until(std::int64_t due_ns);
    void learn_lateness(std::int64_t asked_ns);
    void report_if_time();
    void report(bool finished);
    std::unique_ptr<Source> make_source();

    const LoadPlan& plan_;
    const Program& program_;
    int index_;
    RunTimes times_;
    const std::atomic<bool>& stop_;
    Mailbox& mailbox_;
    Recorder recorder_;
    std::unique_ptr<BehaviourFactory> behaviours_;
    std::unique_ptr<Transport> transport_;
    std::unique_ptr<Source> source_;
    std::int64_t now_ns_ = 0;
    std::int64_t next_report_ns_;
    std::int64_t reported_cpu_ns_ = 0;
    std::int64_t ended_ns_ = 0;
    int users_at_the_end_ = 0;  // Before they left.
    std::int64_t timeout_ns_;
    // How long before a due moment to stop sleeping: as late as the kernel wakes us up.
    std::int64_t spin_window_ns_ = 0;
    bool may_spin_;
    int in_flight_ = 0;
    std::uint64_t completed_ = 0;
    // Of the last arrival of an open load.
    std::int64_t last_due_ns_ = 0;
    std::int64_t last_launch_ns_ = 0;
};

}  // namespace mettle::load
