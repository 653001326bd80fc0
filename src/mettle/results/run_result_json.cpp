#include "mettle/base/version.hpp"
#include "mettle/results/hdr_log.hpp"
#include "mettle/results/request_record.hpp"
#include "mettle/results/run_result.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace mettle::results {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kMsPerUs = 1e-3;
constexpr double kMsPerPhaseUnit = 1e-4;

// A tenth of a nanosecond is enough for any unit here, and 0.30000000000000004 reads badly.
double rounded(double value) {
    return std::round(value * 1e7) / 1e7;
}

double quantile(const Histogram& histogram, double share, double unit) {
    return rounded(static_cast<double>(histogram.quantile(share)) * unit);
}

Json latency_json(const Histogram& histogram) {
    const auto at = [&](double share) { return quantile(histogram, share, kMsPerUs); };
    return {{"count", histogram.count()},
            {"min", rounded(static_cast<double>(histogram.min()) * kMsPerUs)},
            {"mean", rounded(histogram.mean() * kMsPerUs)},
            {"p50", at(0.5)},
            {"p90", at(0.9)},
            {"p95", at(0.95)},
            {"p99", at(0.99)},
            {"p999", at(0.999)},
            {"max", rounded(static_cast<double>(histogram.max()) * kMsPerUs)}};
}

// "p999" for 0.999, "p05" for 0.05.
std::string percentile_name(double share) {
    const std::string text = fmt::format("{:010.7f}", share * 100);
    const auto dot = text.find('.');
    std::string name = "p" + text.substr(0, dot) + text.substr(dot + 1);
    name.erase(std::max<std::size_t>(name.find_last_not_of('0') + 1, 3));
    return name;
}

// With those that the user asked for.
Json latency_json(const Histogram& histogram, const std::vector<double>& percentiles) {
    Json json = latency_json(histogram);
    for (const double share : percentiles) {
        if (share >= 1) continue;  // That is max.
        json[percentile_name(share)] = quantile(histogram, share, kMsPerUs);
    }
    return json;
}

Json phases_json(const LatencySet& times) {
    Json phases = Json::object();
    for (std::size_t index = 0; index < kPhaseCount; ++index) {
        const Histogram& phase = times.phases[index];
        if (phase.count() == 0) continue;
        phases[name_of(static_cast<Phase>(index))] = {
            {"count", phase.count()},
            {"mean", rounded(phase.mean() * kMsPerPhaseUnit)},
            {"p50", quantile(phase, 0.5, kMsPerPhaseUnit)},
            {"p99", quantile(phase, 0.99, kMsPerPhaseUnit)}};
    }
    return phases;
}

Json histograms_json(const LatencySet& times) {
    return {{"latency_us", encode_hdr(times.latency)},
            {"service_us", encode_hdr(times.service)},
            {"failed_us", encode_hdr(times.failed)}};
}

template <typename T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json load_json(const LoadDescription& load) {
    return {{"kind", load.kind},
            {"rate_rps", or_null(load.rate_rps)},
            {"arrivals", load.arrivals.empty() ? Json(nullptr) : Json(load.arrivals)},
            {"users", or_null(load.users)},
            {"spawn_rate", load.users && load.spawn_rate < 1e9 ? Json(load.spawn_rate) : Json()},
            {"wait", load.wait.empty() ? Json(nullptr) : Json(load.wait)},
            {"seed", load.seed},
            {"workers", load.workers},
            {"warmup_s", load.warmup_s},
            {"changes", Json::array()}};
}

Json validity_json(const Validity& validity) {
    Json checks = Json::array();
    for (const Validity::Check& check : validity.checks) {
        checks.push_back({{"name", check.name},
                          {"value", rounded(check.value)},
                          {"limit", check.limit},
                          {"holds", check.holds},
                          {"unit", check.unit}});
    }
    const Histogram& lag = validity.send_lag_us;
    return {{"verdict", validity.valid ? "VALID" : "INVALID"},
            {"reasons", validity.reasons},
            {"checks", checks},
            {"send_lag_us",
             {{"count", lag.count()},
              {"mean", rounded(lag.mean())},
              {"p50", lag.quantile(0.5)},
              {"p99", lag.quantile(0.99)},
              {"max", lag.max()}}},
            {"generator_cpu", rounded(validity.generator_cpu)}};
}

Json task_json(const TaskResult& task, const RunResult& run) {
    const std::vector<double>& percentiles = run.percentiles;
    const double duration_s = run.duration_s;
    const auto requests = static_cast<double>(task.requests);
    return {{"name", task.name},
            {"method", task.method},
            {"transaction", task.transaction},
            {"requests", task.requests},
            {"failures", task.failures},
            {"rps", duration_s > 0 ? rounded(requests / duration_s) : 0},
            {"bytes_received", task.bytes_received},
            {"content_bytes", task.content_bytes},
            {"latency_ms", latency_json(task.times.latency, percentiles)},
            {"service_ms", latency_json(task.times.service, percentiles)},
            {"failed_latency_ms", latency_json(task.times.failed, percentiles)},
            {"phases_ms", phases_json(task.times)}};
}

// What every reader of a series wants to see beside latency; all else is in `resources`.
void add_resources(Json& json, const Resources& resources, double t_s) {
    constexpr std::array<std::pair<const char*, const char*>, 9> kFields = {
        {{"target_pss_bytes", "target.pss"},
         {"target_threads", "target.threads"},
         {"target_descriptors", "target.descriptors"},
         {"target_throttled", "target.throttled"},
         {"host_cpu", "host.cpu"},
         {"cpu_pressure", "host.cpu_pressure"},
         {"memory_pressure", "host.memory_pressure"},
         {"io_pressure", "host.io_pressure"},
         {"gpu_utilisation", "gpu0.utilisation"}}};
    for (const auto& [field, name] : kFields) {
        if (const auto value = resources.at(name, t_s)) json[field] = rounded(*value);
    }
}

Json series_json(const RunResult& run) {
    Json list = Json::array();
    for (const SeriesPoint& point : run.series) {
        Json& json = list.emplace_back(Json{{"t_s", rounded(point.t_s)},
                                            {"rps", rounded(point.rps)},
                                            {"failures", rounded(point.failures)},
                                            {"users", point.users},
                                            {"p50_ms", point.p50_ms},
                                            {"p95_ms", point.p95_ms},
                                            {"p99_ms", point.p99_ms},
                                            {"in_flight", point.in_flight},
                                            {"cpu", rounded(point.cpu)},
                                            {"rss_bytes", point.rss_bytes},
                                            {"target_cpu", or_null(point.target_cpu)},
                                            {"target_rss_bytes", or_null(point.target_rss_bytes)}});
        if (run.resources) add_resources(json, *run.resources, point.t_s);
    }
    return list;
}

Json failures_json(const std::vector<Failure>& failures) {
    Json list = Json::array();
    for (const Failure& failure : failures) {
        list.push_back({{"task", failure.task},
                        {"method", failure.method},
                        {"kind", failure.kind},
                        {"detail", failure.detail},
                        {"count", failure.count}});
    }
    return list;
}

Json exceptions_json(const std::vector<ScriptException>& exceptions) {
    Json list = Json::array();
    for (const ScriptException& each : exceptions)
        list.push_back({{"where", each.where}, {"message", each.message}, {"count", each.count}});
    return list;
}

Json steps_json(const std::vector<Step>& steps, const std::vector<double>& percentiles) {
    Json list = Json::array();
    for (const Step& step : steps) {
        list.push_back({{"name", step.name},
                        {"from_s", step.from_s},
                        {"to_s", step.to_s},
                        {"requests", step.requests},
                        {"failures", step.failures},
                        {"rps", rounded(step.rps)},
                        {"latency_ms", latency_json(step.times.latency, percentiles)}});
    }
    return list;
}

Json metric_json(const MetricResult& metric, double duration_s) {
    Json json = {{"kind", name_of(metric.kind)}, {"unit", metric.unit}, {"count", metric.count}};
    const double per_unit = 1 / MetricResult::kPerUnit;
    switch (metric.kind) {
        case MetricKind::counter:
            json["sum"] = rounded(metric.sum);
            json["per_s"] = duration_s > 0 ? rounded(metric.sum / duration_s) : 0;
            break;
        case MetricKind::rate:
            json["share"] = rounded(metric.mean());
            break;
        case MetricKind::trend:
            json["mean"] = rounded(metric.mean());
            json["min"] = rounded(static_cast<double>(metric.values.min()) * per_unit);
            json["p50"] = quantile(metric.values, 0.5, per_unit);
            json["p90"] = quantile(metric.values, 0.9, per_unit);
            json["p95"] = quantile(metric.values, 0.95, per_unit);
            json["p99"] = quantile(metric.values, 0.99, per_unit);
            json["max"] = rounded(static_cast<double>(metric.values.max()) * per_unit);
            break;
    }
    return json;
}

Json metrics_json(const RunResult& result) {
    Json metrics = Json::object();
    for (const MetricResult& metric : result.metrics)
        metrics[metric.name] = metric_json(metric, result.duration_s);
    return metrics;
}

Json thresholds_json(const std::vector<Threshold>& thresholds) {
    Json list = Json::array();
    for (const Threshold& each : thresholds) {
        // JSON has no infinity, which is what a quantile over failures is.
        const bool finite = each.value && std::isfinite(*each.value);
        list.push_back({{"expression", each.expression},
                        {"value", finite ? Json(rounded(*each.value)) : Json(nullptr)},
                        {"unit", each.unit},
                        {"measured", each.measured},
                        {"passed", each.passed}});
    }
    return list;
}

// As in the request log.
Json slowest_json(const std::vector<RequestRecord>& slowest) {
    Json list = Json::array();
    for (const RequestRecord& record : slowest) list.push_back(Json::parse(to_json_line(record)));
    return list;
}

Json all_histograms_json(const RunResult& result) {
    Json histograms = histograms_json(result.totals.times);
    Json tasks = Json::object();
    for (const TaskResult& task : result.tasks) {
        const bool taken = tasks.contains(task.name);
        tasks[taken ? task.method + " " + task.name : task.name] = histograms_json(task.times);
    }
    histograms["tasks"] = tasks;
    return histograms;
}

}  // namespace

std::string to_json(const RunResult& result) {
    const TaskResult& totals = result.totals;
    Json tasks = Json::array();
    for (const TaskResult& task : result.tasks) tasks.push_back(task_json(task, result));
    Json json = {{"schema", "mettle.run/1"},
                 {"tool", {{"version", version()}, {"git", git_commit()}}},
                 {"started", result.started},
                 {"duration_s", rounded(result.duration_s)},
                 {"interrupted", result.interrupted},
                 {"target_lost", result.target_lost},
                 {"target",
                  {{"url", result.target.url},
                   {"protocol", result.target.protocol},
                   {"model", result.target.model}}},
                 {"host",
                  {{"cpu", result.host.cpu},
                   {"cores", result.host.cores},
                   {"kernel", result.host.kernel},
                   {"fingerprint", result.host.fingerprint}}},
                 {"load", load_json(result.load)},
                 {"validity", validity_json(result.validity)},
                 {"totals",
                  {{"requests", totals.requests},
                   {"failures", totals.failures},
                   {"rps", rounded(result.rps)},
                   {"bytes_sent", result.bytes_sent},
                   {"bytes_received", totals.bytes_received},
                   {"content_bytes", totals.content_bytes},
                   {"missed_iterations", result.missed_iterations},
                   {"connections_opened", result.connections_opened},
                   {"sent_again", result.sent_again}}},
                 {"target_cpu", or_null(result.target_cpu)},
                 {"latency_ms", latency_json(totals.times.latency, result.percentiles)},
                 {"service_ms", latency_json(totals.times.service, result.percentiles)},
                 {"failed_latency_ms", latency_json(totals.times.failed, result.percentiles)},
                 {"phases_ms", phases_json(totals.times)},
                 {"tasks", tasks},
                 {"failures", failures_json(result.failures)},
                 {"exceptions", exceptions_json(result.exceptions)},
                 {"series", series_json(result)},
                 {"steps", steps_json(result.steps, result.percentiles)},
                 {"metrics", metrics_json(result)},
                 {"slowest", slowest_json(result.slowest)},
                 {"thresholds", thresholds_json(result.thresholds)},
                 {"histograms", all_histograms_json(result)}};
    if (result.resources) json["resources"] = Json::parse(to_json(*result.resources));
    // A detail may hold bytes of an answer that are no UTF-8.
    return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mettle::results
