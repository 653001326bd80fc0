#include "mettle/load/report.hpp"

#include <algorithm>

namespace mettle::load {

namespace {

void merge_failures(std::vector<FailureCount>& into, const std::vector<FailureCount>& from) {
    for (const FailureCount& failure : from) {
        const auto same = std::ranges::find_if(into, [&](const FailureCount& other) {
            return other.task == failure.task && other.outcome == failure.outcome &&
                   other.detail == failure.detail;
        });
        if (same == into.end())
            into.push_back(failure);
        else
            same->count += failure.count;
    }
}

// A runner that does not come for its reports gets no more than one may hold.
void merge_log(Report& into, const Report& from) {
    const std::size_t room =
        Report::kMostLogged - std::min(into.logged.size(), Report::kMostLogged);
    const std::size_t taken = std::min(room, from.logged.size());
    into.logged.insert(into.logged.end(), from.logged.begin(),
                       from.logged.begin() + static_cast<std::ptrdiff_t>(taken));
    into.log_dropped += from.log_dropped + (from.logged.size() - taken);
}

}  // namespace

void Report::merge(const Report& other) {
    if (tasks.size() < other.tasks.size()) tasks.resize(other.tasks.size());
    for (std::size_t index = 0; index < other.tasks.size(); ++index) {
        const TaskDelta& from = other.tasks[index];
        tasks[index].requests += from.requests;
        tasks[index].failures += from.failures;
        tasks[index].bytes_received += from.bytes_received;
        tasks[index].content_bytes += from.content_bytes;
        tasks[index].times.merge(from.times);
    }
    if (metrics.size() < other.metrics.size()) metrics.resize(other.metrics.size());
    for (std::size_t index = 0; index < other.metrics.size(); ++index)
        metrics[index].merge(other.metrics[index]);
    merge_failures(failures, other.failures);
    results::add(exceptions, other.exceptions);
    sequence.insert(sequence.end(), other.sequence.begin(), other.sequence.end());
    merge_log(*this, other);
    slowest.insert(slowest.end(), other.slowest.begin(), other.slowest.end());
    send_lag_us.merge(other.send_lag_us);
    planned_gaps.merge(other.planned_gaps);
    actual_gaps.merge(other.actual_gaps);
    bytes_sent += other.bytes_sent;
    missed_iterations += other.missed_iterations;
    due += other.due;
    sent_by_end += other.sent_by_end;
    waited += other.waited;
    request_seconds += other.request_seconds;
    spin_ns += other.spin_ns;
    cpu_ns += other.cpu_ns;
    connections_opened = other.connections_opened;
    sent_again = other.sent_again;
    users = other.users;
    in_flight = other.in_flight;
    last_answer_ns = std::max(last_answer_ns, other.last_answer_ns);
    last_connect_failure_ns = std::max(last_connect_failure_ns, other.last_connect_failure_ns);
    ended_ns = std::max(ended_ns, other.ended_ns);
    finished = finished || other.finished;
}

void Report::clear() {
    for (TaskDelta& task : tasks) {
        if (task.requests == 0) continue;  // Then nothing is in its histograms.
        task.requests = task.failures = task.bytes_received = task.content_bytes = 0;
        if (tasks.size() > kTasksToKeep)
            task.times.release();
        else
            task.times.clear();
    }
    for (results::MetricResult& metric : metrics) metric.clear();
    failures.clear();
    exceptions.clear();
    sequence.clear();
    logged.clear();
    log_dropped = 0;
    slowest.clear();
    send_lag_us.clear();
    planned_gaps.clear();
    actual_gaps.clear();
    bytes_sent = missed_iterations = due = sent_by_end = waited = 0;
    request_seconds = 0;
    spin_ns = cpu_ns = 0;
}

}  // namespace mettle::load
