#pragma once

// What a load run found out: the waist of the tester. The engine produces it, reports and analyses
// only read it. Schema `mettle.run/1`: docs/formats.md, docs/schemas/run.json.

#include "mettle/base/units.hpp"
#include "mettle/metrics/histogram.hpp"
#include "mettle/results/request_record.hpp"
#include "mettle/results/resources.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::results {

// Counts of the latencies of one task, or of all. Latencies are in µs, phases in units of 100 ns.
struct LatencySet {
    void merge(const LatencySet& other);
    void clear();    // Keeps the memory.
    void release();  // Gives it back.

    Histogram latency;  // From the due time; successes only, as `service`.
    Histogram service;  // From the actual send.
    Histogram failed;   // From the due time, of failed requests.
    std::array<Histogram, kPhaseCount> phases;
};

struct TaskResult {
    std::string name;
    std::string method;
    bool transaction = false;    // A group of requests timed as one: not part of the totals.
    std::uint64_t requests = 0;  // Successes and failures.
    std::uint64_t failures = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t content_bytes = 0;  // Bodies only, as they were sent.
    LatencySet times;
};

struct Failure {
    std::string task;
    std::string method;
    std::string
        kind;  // status, timeout, connect, closed, protocol, validation, wrong_answer, unfinished
    std::string detail;
    std::uint64_t count = 0;
};

// An exception out of a scenario's own code: no request failed, but a task did not do what it was
// written for.
struct ScriptException {
    std::string where;  // The class of user.
    std::string message;
    std::uint64_t count = 0;
};
// Adds equal ones up; beyond 100 different ones the rest counts as one.
void add(std::vector<ScriptException>& into, const std::vector<ScriptException>& from);
void tidy(std::vector<ScriptException>& exceptions);

// One second of the run, for charts; of a run of more than an hour more (point_series.hpp).
struct SeriesPoint {
    double t_s = 0;  // Its end, from the start of the run.
    double rps = 0;
    double failures = 0;
    int users = 0;
    double p50_ms = 0, p95_ms = 0, p99_ms = 0;
    int in_flight = 0;
    double cpu = 0;  // The generator's, in cores.
    std::uint64_t rss_bytes = 0;
    std::optional<double> target_cpu;
    std::optional<std::uint64_t> target_rss_bytes;
};

struct Step {
    std::string name;
    double from_s = 0, to_s = 0;
    std::uint64_t requests = 0, failures = 0;
    double rps = 0;
    LatencySet times;
};

enum class MetricKind : std::uint8_t {
    counter,  // Values are added up.
    rate,     // The share of values that were not 0.
    trend,    // A distribution of values.
};
std::string_view name_of(MetricKind kind);

// What a scenario or a protocol measures besides latency: tokens a second, a hit rate.
struct MetricResult {
    // Trends keep 3 significant digits of values from 0.001 to 3.6 million.
    static constexpr double kPerUnit = 1e3;
    void add(double value);
    void merge(const MetricResult& other);
    void clear();  // The name stays.
    double mean() const { return count ? sum / static_cast<double>(count) : 0; }

    std::string name;
    MetricKind kind = MetricKind::trend;
    std::string unit;
    std::uint64_t count = 0;
    double sum = 0;
    Histogram values;  // Of a trend, in thousandths.
};

// May the numbers be believed? Each breached limit is one plain sentence in `reasons`.
struct Validity {
    struct Check {
        std::string name;  // "send_lag_p99"
        double value = 0;
        double limit = 0;
        bool holds = true;
        std::string unit;  // "us", "ratio", "cores"
    };
    bool valid = true;
    std::vector<std::string> reasons;
    std::vector<Check> checks;
    Histogram send_lag_us;
    double generator_cpu = 0;  // In cores.
};

// One request of a recorded sequence. Neighbours are alike where a server batches or queues, so a
// statement about a quantile needs their order, which histograms lose.
struct Sample {
    bool operator==(const Sample&) const = default;

    std::uint32_t due_us = 0;      // From the start of the run.
    std::uint32_t latency_us = 0;  // From the due time.
    bool failed = false;           // Then latency_us counts as infinite.
};

// What --fail-if asked, and what the run said to it.
struct Threshold {
    std::string expression;       // "p99>50ms": fails when it is true.
    std::optional<double> value;  // In `unit`; nothing where there was no sample.
    std::string unit;             // "ms", "rps", "share", "count", "cores", "bytes", "number"
    std::string measured;         // "p99 of 31.2 ms"
    bool passed = true;
};

struct LoadDescription {
    std::string kind;  // "open" or "closed"
    std::optional<double> rate_rps;
    std::string arrivals;  // constant, poisson; empty for closed
    std::optional<int> users;
    double spawn_rate = 0;
    std::string wait;
    std::uint64_t seed = 0;
    int workers = 1;
    double warmup_s = 0;
};

struct Target {
    std::string url;
    std::string protocol;  // v2, plain
    std::string model;
};

struct Host {
    std::string cpu;
    int cores = 0;
    std::string kernel;
    std::string fingerprint;  // Hash of what makes two hosts comparable.
};

struct RunResult {
    std::string started;  // RFC 3339, UTC.
    double duration_s = 0;
    Target target;
    Host host;
    LoadDescription load;
    Validity validity;
    std::uint64_t bytes_sent = 0;
    double rps = 0;
    std::uint64_t missed_iterations = 0;
    std::uint64_t connections_opened = 0;
    std::uint64_t sent_again = 0;      // Requests that found their kept connection closed.
    bool interrupted = false;          // Ended by the user before its time.
    bool target_lost = false;          // Exit code 4: never answered, or gone for good.
    std::optional<double> target_cpu;  // Mean, in cores; nothing when it cannot be seen.
    TaskResult totals;                 // Of all tasks; its name is "Aggregated".
    std::vector<TaskResult> tasks;
    std::vector<Failure> failures;
    std::vector<ScriptException> exceptions;
    std::vector<SeriesPoint> series;
    std::vector<Step> steps;
    std::vector<MetricResult> metrics;
    std::vector<Threshold> thresholds;
    std::vector<RequestRecord> slowest;  // The slowest first, failed ones too.
    std::uint64_t records_dropped = 0;   // Of a request log that could not keep up.
    // Those that the user wants to see, between 0 and 1; empty: the usual ones.
    std::vector<double> percentiles;
    // What the monitor saw; nothing without one. In JSON each point of `series` has the foremost of
    // it, too.
    std::optional<Resources> resources;
    TimePoint counted_from;  // When t_s was 0. Not in JSON.
    // With LoadPlan::record_sequence: every counted request of all workers, by due time. Not in
    // JSON.
    std::vector<Sample> sequence;
};

std::string to_json(const RunResult& result);

// This machine, for `host`.
Host describe_host();
// "2026-11-24T12:00:00Z"
std::string utc_now();

}  // namespace mettle::results
