#include "mettle/load/tally.hpp"

#include "mettle/load/outcome_names.hpp"

#include <algorithm>

namespace mettle::load {

namespace {

using results::RunResult;
using results::TaskResult;

// A shorter last second says nothing about a rate.
constexpr double kShortestPoint = 0.2;

void merge_task(TaskResult& into, const TaskResult& from) {
    into.requests += from.requests;
    into.failures += from.failures;
    into.bytes_received += from.bytes_received;
    into.content_bytes += from.content_bytes;
    into.times.merge(from.times);
}

void clear_task(TaskResult& task, bool keep_memory) {
    if (task.requests == 0) return;
    task.requests = task.failures = task.bytes_received = task.content_bytes = 0;
    if (keep_memory)
        task.times.clear();
    else
        task.times.release();
}

void add_failure(std::vector<results::Failure>& failures, const results::Failure& failure) {
    const auto same = std::ranges::find_if(failures, [&](const results::Failure& other) {
        return other.task == failure.task && other.kind == failure.kind &&
               other.detail == failure.detail;
    });
    if (same == failures.end())
        failures.push_back(failure);
    else
        same->count += failure.count;
}

double ms(std::int64_t us) {
    return static_cast<double>(us) / 1e3;
}

}  // namespace

Tally::Tally(const Names& names, const std::vector<LoadShape::Step>& steps) : names_(names) {
    window_.totals.name = whole_.totals.name = "Aggregated";
    name_new_ones(names.tasks(), names.metrics());
    const auto seconds = [](Duration length) {
        return std::chrono::duration<double>(length).count();
    };
    for (const LoadShape::Step& step : steps)
        whole_.steps.push_back({step.name, seconds(step.from), seconds(step.to), 0, 0, 0, {}});
}

void Tally::name_new_ones(std::size_t tasks, std::size_t metrics) {
    for (RunResult* result : {&window_, &whole_}) {
        while (result->tasks.size() < tasks) {
            const TaskName& name = names_.task_at(static_cast<std::uint32_t>(result->tasks.size()));
            TaskResult& task = result->tasks.emplace_back();
            task.name = name.name;
            task.method = name.method;
            task.transaction = name.transaction;
        }
        while (result->metrics.size() < metrics) {
            const auto number = static_cast<std::uint32_t>(result->metrics.size());
            const MetricName& name = names_.metric_at(number);
            results::MetricResult& metric = result->metrics.emplace_back();
            metric.name = name.name;
            metric.kind = name.kind;
            metric.unit = name.unit;
        }
    }
}

void Tally::add(const Report& report) {
    name_new_ones(report.tasks.size(), report.metrics.size());
    add_tasks(report);
    add_metrics(report);
    add_failures(report);
    results::add(window_.exceptions, report.exceptions);
    window_.bytes_sent += report.bytes_sent;
    window_.missed_iterations += report.missed_iterations;
    window_.validity.send_lag_us.merge(report.send_lag_us);
    whole_.sequence.insert(whole_.sequence.end(), report.sequence.begin(), report.sequence.end());
    sums_.slowest.insert(sums_.slowest.end(), report.slowest.begin(), report.slowest.end());
    sums_.log_dropped += report.log_dropped;
    sums_.planned_gaps.merge(report.planned_gaps);
    sums_.actual_gaps.merge(report.actual_gaps);
    sums_.due += report.due;
    sums_.sent_by_end += report.sent_by_end;
    sums_.waited += report.waited;
    sums_.request_seconds += report.request_seconds;
    sums_.last_answer_ns = std::max(sums_.last_answer_ns, report.last_answer_ns);
    sums_.last_connect_failure_ns =
        std::max(sums_.last_connect_failure_ns, report.last_connect_failure_ns);
    sums_.ended_ns = std::max(sums_.ended_ns, report.ended_ns);
}

void Tally::add_tasks(const Report& report) {
    for (std::size_t index = 0; index < report.tasks.size(); ++index) {
        const TaskDelta& delta = report.tasks[index];
        if (delta.requests == 0) continue;
        TaskResult* const named = &window_.tasks[index];
        for (TaskResult* task : {named, named->transaction ? nullptr : &window_.totals}) {
            if (!task) continue;
            task->requests += delta.requests;
            task->failures += delta.failures;
            task->bytes_received += delta.bytes_received;
            task->content_bytes += delta.content_bytes;
            task->times.merge(delta.times);
        }
    }
}

void Tally::add_metrics(const Report& report) {
    for (std::size_t index = 0; index < report.metrics.size(); ++index)
        window_.metrics[index].merge(report.metrics[index]);
}

void Tally::add_failures(const Report& report) {
    for (const FailureCount& failure : report.failures) {
        const TaskName& task = names_.task_at(failure.task);
        add_failure(window_.failures,
                    {task.name, task.method, std::string(name_of(failure.outcome)),
                     std::string(failure.detail), failure.count});
    }
}

void Tally::merge(RunResult& into, const RunResult& from) {
    merge_task(into.totals, from.totals);
    for (std::size_t index = 0; index < from.tasks.size(); ++index)
        merge_task(into.tasks[index], from.tasks[index]);
    for (std::size_t index = 0; index < from.metrics.size(); ++index)
        into.metrics[index].merge(from.metrics[index]);
    for (const results::Failure& failure : from.failures) add_failure(into.failures, failure);
    results::add(into.exceptions, from.exceptions);
    into.bytes_sent += from.bytes_sent;
    into.missed_iterations += from.missed_iterations;
    into.validity.send_lag_us.merge(from.validity.send_lag_us);
}

const results::SeriesPoint* Tally::end_window(results::SeriesPoint point, double length_s) {
    const Histogram& latency = window_.totals.times.latency;
    window_.duration_s = length_s;
    const bool in_series = length_s >= kShortestPoint;
    if (in_series) {
        point.rps = static_cast<double>(window_.totals.requests) / length_s;
        point.failures = static_cast<double>(window_.totals.failures) / length_s;
        point.p50_ms = ms(latency.quantile(0.5));
        point.p95_ms = ms(latency.quantile(0.95));
        point.p99_ms = ms(latency.quantile(0.99));
        series_.add(point);
        last_point_ = point;
    }
    add_to_step(point.t_s, length_s);
    merge(whole_, window_);
    whole_.duration_s = point.t_s;
    return in_series ? &last_point_ : nullptr;
}

// Steps are told by the second: a second belongs to the step in which its middle lies.
void Tally::add_to_step(double end_s, double length_s) {
    const double middle_s = end_s - length_s / 2;
    for (results::Step& step : whole_.steps) {
        if (middle_s < step.from_s || (middle_s >= step.to_s && &step != &whole_.steps.back()))
            continue;
        step.requests += window_.totals.requests;
        step.failures += window_.totals.failures;
        step.times.merge(window_.totals.times);
        const double until_s = std::min(step.to_s, end_s);
        if (until_s > step.from_s)
            step.rps = static_cast<double>(step.requests) / (until_s - step.from_s);
        return;
    }
}

void Tally::begin_window() {
    const bool keep_memory = window_.tasks.size() <= Report::kTasksToKeep;
    clear_task(window_.totals, keep_memory);
    for (TaskResult& task : window_.tasks) clear_task(task, keep_memory);
    for (results::MetricResult& metric : window_.metrics) metric.clear();
    window_.failures.clear();
    window_.exceptions.clear();
    window_.bytes_sent = window_.missed_iterations = 0;
    window_.validity.send_lag_us.clear();
}

}  // namespace mettle::load
