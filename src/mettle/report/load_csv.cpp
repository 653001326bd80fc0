#include "mettle/report/load_csv.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/report/latency_ms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <numeric>
#include <tuple>

namespace mettle::report {

namespace {

using results::Failure;
using results::RunResult;
using results::TaskResult;

constexpr std::string_view kPercentNames = "50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%";
constexpr std::array<double, 11> kShares = {0.5,  0.66, 0.75,  0.8,    0.9, 0.95,
                                            0.98, 0.99, 0.999, 0.9999, 1};

std::string number(double value) {
    return fmt::format("{:.6g}", value);
}

std::string percentiles(const Histogram& latency) {
    std::string text;
    for (const double share : kShares) {
        text += text.empty() ? "" : ",";
        text += latency.count() ? number(ms_at(latency, share)) : "N/A";
    }
    return text;
}

double per(std::uint64_t count, double all) {
    return all > 0 ? static_cast<double>(count) / all : 0;
}

// Median, average, minimum, maximum, average size.
std::string averages(const TaskResult& task) {
    const Histogram& latency = task.times.latency;
    return fmt::format("{},{},{},{},{}", number(ms_at(latency, 0.5)), number(ms(latency.mean())),
                       number(ms(static_cast<double>(latency.min()))),
                       number(ms(static_cast<double>(latency.max()))),
                       number(per(task.content_bytes, static_cast<double>(task.requests))));
}

std::string stats_row(const TaskResult& task, double duration_s) {
    return fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(task.method), csv_field(task.name),
                       task.requests, task.failures, averages(task),
                       number(per(task.requests, duration_s)),
                       number(per(task.failures, duration_s)), percentiles(task.times.latency));
}

std::string history_row(const TaskResult& whole, const TaskResult& window, double length_s,
                        int users, std::int64_t now) {
    return fmt::format("{},{},{},{},{},{},{},{},{},{}\n", now, users, csv_field(whole.method),
                       csv_field(whole.name), number(per(window.requests, length_s)),
                       number(per(window.failures, length_s)), percentiles(window.times.latency),
                       whole.requests, whole.failures, averages(whole));
}

std::string error_of(const Failure& failure) {
    return failure.detail.empty() ? failure.kind : failure.kind + ": " + failure.detail;
}

std::string key_of(const Failure& failure) {
    return failure.method + "\n" + failure.task + "\n" + error_of(failure);
}

// Locust's order.
std::vector<std::size_t> by_name(const std::vector<TaskResult>& tasks) {
    std::vector<std::size_t> order(tasks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t index) {
        return std::tie(tasks[index].name, tasks[index].method);
    });
    return order;
}

std::ofstream open_file(const std::string& path) {
    std::ofstream file(path, std::ios::trunc);
    if (!file) throw StartupError(fmt::format("{} cannot be written", path));
    return file;
}

}  // namespace

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char character : text) {
        if (character == '"') quoted += '"';
        quoted += character;
    }
    return quoted + '"';
}

LoadCsv::LoadCsv(const std::string& prefix, bool full_history)
    : prefix_(prefix), full_history_(full_history) {
    const auto folder = std::filesystem::path(prefix).parent_path();
    std::error_code error;
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    history_ = open_file(prefix + "_stats_history.csv");
    history_ << "Timestamp,User Count,Type,Name,Requests/s,Failures/s," << kPercentNames
             << ",Total Request Count,Total Failure Count,Total Median Response Time,"
                "Total Average Response Time,Total Min Response Time,Total Max Response Time,"
                "Total Average Content Size\n";
    write_stats({});
    write_failures({});
    write_exceptions({});
}

void LoadCsv::add(const RunResult& so_far, const RunResult& window, int users, std::int64_t now) {
    note_failures(window, now);
    if (full_history_) {
        for (const std::size_t index : by_name(so_far.tasks))
            history_ << history_row(so_far.tasks[index], window.tasks[index], window.duration_s,
                                    users, now);
    }
    history_ << history_row(so_far.totals, window.totals, window.duration_s, users, now)
             << std::flush;
    write_stats(so_far);
    write_failures(so_far);
    write_exceptions(so_far);
}

void LoadCsv::finish(const RunResult& run, std::int64_t now) {
    note_failures(run, now);
    write_stats(run);
    write_failures(run);
    write_exceptions(run);
}

void LoadCsv::note_failures(const RunResult& window, std::int64_t now) {
    for (const Failure& failure : window.failures) {
        const auto [seen, added] = seen_.try_emplace(key_of(failure), now, now);
        if (!added) seen->second.second = now;
    }
}

void LoadCsv::write_stats(const RunResult& run) const {
    std::ofstream file = open_file(prefix_ + "_stats.csv");
    file << "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,"
            "Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,"
         << kPercentNames << "\n";
    for (const std::size_t index : by_name(run.tasks))
        file << stats_row(run.tasks[index], run.duration_s);
    TaskResult totals = run.totals;
    totals.name = "Aggregated";
    file << stats_row(totals, run.duration_s);
}

void LoadCsv::write_failures(const RunResult& run) const {
    std::ofstream file = open_file(prefix_ + "_failures.csv");
    file << "Method,Name,Error,Occurrences,First Seen,Last Seen\n";
    for (const Failure& failure : run.failures) {
        const auto seen = seen_.find(key_of(failure));
        const Seen when = seen == seen_.end() ? Seen{} : seen->second;
        file << fmt::format("{},{},{},{},{},{}\n", csv_field(failure.method),
                            csv_field(failure.task), csv_field(error_of(failure)), failure.count,
                            when.first, when.second);
    }
}

// Where Locust shows a traceback, we know the class of user.
void LoadCsv::write_exceptions(const RunResult& run) const {
    std::ofstream file = open_file(prefix_ + "_exceptions.csv");
    file << "Count,Message,Traceback,Nodes\n";
    for (const results::ScriptException& exception : run.exceptions) {
        file << fmt::format("{},{},{},local\n", exception.count, csv_field(exception.message),
                            csv_field("in user class " + exception.where));
    }
}

}  // namespace mettle::report
