#pragma once

// What a worker tells its runner, once a second and at the end: what was added since the last time.
// Values only, so that workers can live on other machines.

#include "mettle/load/attempt_record.hpp"
#include "mettle/load/transport.hpp"
#include "mettle/results/run_result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mettle::load {

struct TaskDelta {
    std::uint64_t requests = 0;  // Successes and failures.
    std::uint64_t failures = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t content_bytes = 0;  // Bodies only.
    results::LatencySet times;
};

struct FailureCount {
    std::uint32_t task = 0;
    Outcome outcome = Outcome::status;
    std::string_view detail;  // The transport's, which outlives its worker's reports.
    std::uint64_t count = 0;
};

struct Report {
    // Requests of a log in one report; more are dropped and counted.
    static constexpr std::size_t kMostLogged = 200'000;

    // Up to as many, the memory of a second's histograms is kept for the next one; beyond, so many
    // copies of them would take more than what is measured is worth.
    static constexpr std::size_t kTasksToKeep = 200;

    void merge(const Report& other);  // `other` is the later one.
    void clear();

    std::vector<TaskDelta> tasks;
    std::vector<FailureCount> failures;
    std::vector<results::MetricResult> metrics;  // By number; kinds and names are Names'.
    std::vector<results::ScriptException> exceptions;
    std::vector<results::Sample> sequence;
    std::vector<AttemptRecord> logged;   // Of a request log.
    std::uint64_t log_dropped = 0;       // For want of room.
    std::vector<AttemptRecord> slowest;  // Of the whole run, in the last report only.
    Histogram send_lag_us;
    Histogram planned_gaps, actual_gaps;  // Open load only; in units of 100 ns.
    std::uint64_t bytes_sent = 0;
    std::uint64_t missed_iterations = 0;
    std::uint64_t due = 0;          // Requests that became due, counted ones only.
    std::uint64_t sent_by_end = 0;  // Of those, sent before the run time was over.
    std::uint64_t waited = 0;       // For a connection.
    double request_seconds = 0;     // Time in flight, by the engine's own count (due to done).
    std::int64_t spin_ns = 0;       // CPU time that only waited for the next moment.
    std::int64_t cpu_ns = 0;        // Of the worker's thread.
    // States, not sums:
    std::uint64_t connections_opened = 0;
    std::uint64_t sent_again = 0;  // Transport::requests_sent_again().
    int users = 0;
    int in_flight = 0;
    std::int64_t last_answer_ns = 0;  // Moments; 0: never.
    std::int64_t last_connect_failure_ns = 0;
    std::int64_t ended_ns = 0;  // When the load ended: time, stop or iterations.
    bool finished = false;
};

}  // namespace mettle::load
