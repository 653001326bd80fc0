#include "mettle/report/load_exposition.hpp"

#include "mettle/metrics/exposition.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

namespace mettle::report {

namespace {

using results::RunResult;
using results::TaskResult;

constexpr std::size_t kMostTasks = 200;

// One entry a name and method, as labels have to be; copies only of what must be added up.
std::vector<TaskResult> tasks_to_show(const RunResult& run) {
    std::map<std::pair<std::string, std::string>, std::size_t> places;
    std::vector<TaskResult> tasks;
    for (const TaskResult& task : run.tasks) {
        const bool room = tasks.size() < kMostTasks || places.contains({task.name, task.method});
        const std::string name = room ? task.name : "(other)";
        const std::string method = room ? task.method : "";
        const auto [place, added] = places.try_emplace({name, method}, tasks.size());
        if (added) {
            TaskResult& shown = tasks.emplace_back();
            shown.name = name;
            shown.method = method;
        }
        TaskResult& shown = tasks[place->second];
        shown.requests += task.requests;
        shown.failures += task.failures;
        shown.bytes_received += task.bytes_received;
        shown.times.latency.merge(task.times.latency);
    }
    return tasks;
}

void put_tasks(Exposition& out, const std::vector<TaskResult>& tasks) {
    out.family("mettle_load_requests_total", "counter", "Requests done, failed ones too.");
    for (const TaskResult& task : tasks) {
        out.sample({{"task", task.name}, {"method", task.method}},
                   static_cast<double>(task.requests));
    }
    out.family("mettle_load_received_bytes_total", "counter", "Bytes of answers.");
    for (const TaskResult& task : tasks) {
        out.sample({{"task", task.name}, {"method", task.method}},
                   static_cast<double>(task.bytes_received));
    }
    out.family("mettle_load_latency_seconds", "histogram",
               "Latency of successful requests from the moment they were due.");
    for (const TaskResult& task : tasks) {
        out.histogram_us({{"task", task.name}, {"method", task.method}}, task.times.latency,
                         DurationHistogram::default_bounds_ns());
    }
}

void put_failures(Exposition& out, const RunResult& run) {
    // Details are free text, and would make a series each.
    std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> counts;
    for (const results::Failure& failure : run.failures)
        counts[{failure.task, failure.method, failure.kind}] += failure.count;
    out.family("mettle_load_failures_total", "counter", "Requests failed, by kind.");
    std::size_t shown = 0;
    for (const auto& [key, count] : counts) {
        if (++shown > kMostTasks) break;
        const auto& [task, method, kind] = key;
        out.sample({{"task", task}, {"method", method}, {"kind", kind}},
                   static_cast<double>(count));
    }
}

void put_gauge(Exposition& out, std::string_view name, std::string_view help, double value) {
    out.family(name, "gauge", help);
    out.sample({}, value);
}

}  // namespace

std::string load_exposition(const RunResult& so_far, const LoadGauges& gauges) {
    Exposition out;
    put_tasks(out, tasks_to_show(so_far));
    put_failures(out, so_far);
    put_gauge(out, "mettle_load_users", "Virtual users that are there.", gauges.users);
    put_gauge(out, "mettle_load_requests_in_flight", "Requests that wait for their answer.",
              gauges.in_flight);
    put_gauge(out, "mettle_load_generator_cpu_cores", "CPU that the generator used, in cores.",
              gauges.generator_cpu);
    out.family("mettle_load_send_lag_seconds", "histogram",
               "How late requests were sent, by the generator's own fault.");
    out.histogram_us({}, so_far.validity.send_lag_us, DurationHistogram::default_bounds_ns());
    out.family("mettle_load_missed_iterations_total", "counter",
               "Iterations that users could not keep their pace for.");
    out.sample({}, static_cast<double>(so_far.missed_iterations));
    return out.text();
}

}  // namespace mettle::report
