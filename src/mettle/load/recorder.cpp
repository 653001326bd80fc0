#include "mettle/load/recorder.hpp"

#include "mettle/load/server_phases.hpp"

#include <algorithm>
#include <cmath>

namespace mettle::load {

namespace {

using results::Phase;

// Rounded, not cut off: else every mean would be half a microsecond short.
std::int64_t to_us(std::int64_t ns) {
    return (ns + 500) / 1000;
}

std::int64_t to_units(std::int64_t ns) {
    return (ns + 50) / 100;
}

}  // namespace

std::int64_t send_lag_ns(const Attempt& attempt) {
    return std::max<std::int64_t>(0, attempt.sent_ns - attempt.connect_ns - attempt.due_ns);
}

Recorder::Recorder(std::size_t tasks, Span span)
    : span_(span), slowest_(span.slowest), random_(span.seed) {
    report_.tasks.resize(tasks);
    if (span_.log_share > 0) plan_next_logged();
}

void Recorder::record(const Attempt& attempt) {
    if (!counts(attempt)) return;
    slowest_.show(attempt);
    if (until_logged_-- == 0) [[unlikely]]
        log(attempt);
    TaskDelta& task = task_at(attempt.task);
    ++task.requests;
    const bool due_in_time = attempt.due_ns <= span_.ends_ns;
    report_.due += due_in_time;
    report_.waited += attempt.waited_for_connection;
    report_.bytes_sent += attempt.bytes_sent;
    task.bytes_received += attempt.bytes_received;
    task.content_bytes += attempt.content_bytes;
    if (attempt.sent_ns != 0) {
        report_.sent_by_end += due_in_time && attempt.sent_ns <= span_.ends_ns;
        report_.send_lag_us.record(to_us(send_lag_ns(attempt)));
    } else {
        // Tried in time, and kept from sending by the target: no connection, or none free.
        report_.sent_by_end += due_in_time && !attempt.waited_for_connection;
    }
    const std::int64_t latency_ns = attempt.done_ns - attempt.due_ns;
    report_.request_seconds += static_cast<double>(latency_ns) * 1e-9;
    const std::int64_t latency_us = to_us(latency_ns);
    if (attempt.outcome == Outcome::ok)
        record_success(attempt, task, latency_us);
    else
        record_failure(attempt, task, latency_us);
    if (attempt.status != 0) report_.last_answer_ns = attempt.done_ns;
    if (span_.record_sequence) [[unlikely]] {
        const auto due_us = (attempt.due_ns - span_.counted_from_ns) / 1000;
        report_.sequence.push_back({static_cast<std::uint32_t>(due_us),
                                    static_cast<std::uint32_t>(latency_us),
                                    attempt.outcome != Outcome::ok});
    }
}

void Recorder::log(const Attempt& attempt) {
    plan_next_logged();
    // Room for a second is asked for once, and goes round with the reports.
    if (report_.logged.size() < Report::kMostLogged)
        report_.logged.push_back(record_of(attempt));
    else
        ++report_.log_dropped;
}

// How many are passed over is geometrically distributed: a draw for each one that is kept instead
// of one for each request.
void Recorder::plan_next_logged() {
    until_logged_ = 0;
    if (span_.log_share >= 1) return;
    const double passed = -random_.exponential() / std::log1p(-span_.log_share);
    until_logged_ = static_cast<std::uint64_t>(std::min(passed, 1e15));
}

// Users name tasks as they go: there may be more than there were.
TaskDelta& Recorder::task_at(std::uint32_t task) {
    if (task >= report_.tasks.size()) [[unlikely]]
        report_.tasks.resize(task + 1);
    return report_.tasks[task];
}

void Recorder::record_transaction(std::uint32_t task, std::int64_t began_ns, std::int64_t ended_ns,
                                  bool failed) {
    if (began_ns < span_.counted_from_ns) return;
    TaskDelta& delta = task_at(task);
    ++delta.requests;
    delta.failures += failed;
    const std::int64_t latency_us = to_us(ended_ns - began_ns);
    (failed ? delta.times.failed : delta.times.latency).record(latency_us);
    if (!failed) delta.times.service.record(latency_us);
}

void Recorder::record_metric(std::uint32_t metric, results::MetricKind kind, double value,
                             std::int64_t now_ns) {
    if (now_ns < span_.counted_from_ns) return;
    if (metric >= report_.metrics.size()) [[unlikely]]
        report_.metrics.resize(metric + 1);
    report_.metrics[metric].kind = kind;
    report_.metrics[metric].add(value);
}

void Recorder::record_exception(std::string_view where, std::string_view message) {
    report_.exceptions.push_back({std::string(where), std::string(message.substr(0, 1000)), 1});
    results::tidy(report_.exceptions);
}

void Recorder::record_success(const Attempt& attempt, TaskDelta& task, std::int64_t latency_us) {
    task.times.latency.record(latency_us);
    task.times.service.record(to_us(attempt.done_ns - attempt.sent_ns));
    record_phases(attempt, task.times, send_lag_ns(attempt));
}

void Recorder::record_phases(const Attempt& attempt, results::LatencySet& times,
                             std::int64_t lag_ns) {
    const auto put = [&](Phase phase, std::int64_t units) {
        times.phases[static_cast<std::size_t>(phase)].record(units);
    };
    const std::int64_t at_server = for_each_server_phase(attempt.server, put);
    put(Phase::send_lag, to_units(lag_ns));
    if (attempt.connect_ns > 0) put(Phase::connect, to_units(attempt.connect_ns));
    const std::int64_t send = to_units(attempt.send_end_ns - attempt.sent_ns);
    if (send > 0) put(Phase::send, send);
    const std::int64_t receive = to_units(attempt.done_ns - attempt.first_byte_ns);
    if (receive > 0) put(Phase::receive, receive);
    const std::int64_t waited = to_units(attempt.first_byte_ns - attempt.sent_ns);
    put(Phase::network, std::max<std::int64_t>(0, waited - send - at_server));
}

void Recorder::record_failure(const Attempt& attempt, TaskDelta& task, std::int64_t latency_us) {
    ++task.failures;
    task.times.failed.record(latency_us);
    if (attempt.outcome == Outcome::connect) report_.last_connect_failure_ns = attempt.done_ns;
    // The transport keeps each text once, so that its place says which it is.
    for (FailureCount& failure : report_.failures) {
        if (failure.task == attempt.task && failure.outcome == attempt.outcome &&
            failure.detail.data() == attempt.detail.data()) {
            ++failure.count;
            return;
        }
    }
    report_.failures.push_back({attempt.task, attempt.outcome, attempt.detail, 1});
}

void Recorder::record_gap(std::int64_t planned_ns, std::int64_t actual_ns) {
    report_.planned_gaps.record(to_units(planned_ns));
    report_.actual_gaps.record(to_units(actual_ns));
}

}  // namespace mettle::load
