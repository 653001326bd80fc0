#pragma once

// Turns a worker's completed attempts into the counts and histograms of its next Report. On the hot
// path: no lock; memory is asked for only by the first value of a page of a histogram and by the
// first failure of its kind.

#include "mettle/load/attempt_record.hpp"
#include "mettle/load/random.hpp"
#include "mettle/load/report.hpp"
#include "mettle/load/transport.hpp"

#include <cstdint>
#include <string_view>

namespace mettle::load {

class Recorder {
public:
    struct Span {
        std::int64_t counted_from_ns = 0;  // Requests due before are not counted: warm-up.
        std::int64_t ends_ns = INT64_MAX;
        bool record_sequence = false;
        std::size_t slowest = 0;  // Kept in full.
        double log_share = 0;     // Of all requests, for a request log.
        std::uint64_t seed = 0;   // Of the choice.
    };

    Recorder(std::size_t tasks, Span span);

    void record(const Attempt& attempt);
    // A group of requests that began and ended then. `task` is its number, of a transaction.
    void record_transaction(std::uint32_t task, std::int64_t began_ns, std::int64_t ended_ns,
                            bool failed);
    // `metric` is a number of the run's Names.
    void record_metric(std::uint32_t metric, results::MetricKind kind, double value,
                       std::int64_t now_ns);
    // What went wrong in the user's own code, `where`: its class. Rare; bounded.
    void record_exception(std::string_view where, std::string_view message);
    // Of an open load, in the order of sending: whether the plan was kept.
    void record_gap(std::int64_t planned_ns, std::int64_t actual_ns);
    void add_missed(std::uint64_t iterations) { report_.missed_iterations += iterations; }
    void add_spin(std::int64_t ns) { report_.spin_ns += ns; }

    // Puts what is kept of the whole run into the report, which is the last.
    void finish() { report_.slowest = slowest_.sorted(); }

    bool counts(const Attempt& attempt) const { return attempt.due_ns >= span_.counted_from_ns; }
    Report& report() { return report_; }

private:
    TaskDelta& task_at(std::uint32_t task);
    void record_success(const Attempt& attempt, TaskDelta& task, std::int64_t latency_us);
    void record_failure(const Attempt& attempt, TaskDelta& task, std::int64_t latency_us);
    void record_phases(const Attempt& attempt, results::LatencySet& times, std::int64_t lag_ns);
    void log(const Attempt& attempt);
    void plan_next_logged();

    Span span_;
    Report report_;
    Slowest slowest_;
    Random random_;
    std::uint64_t until_logged_ = UINT64_MAX;  // Requests that are passed over before the next.
};

// From due to sent, less the time that a new connection took: that is the target's.
std::int64_t send_lag_ns(const Attempt& attempt);

}  // namespace mettle::load
