#include "mettle/prove/stages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace mettle::prove {
namespace {

using Json = nlohmann::ordered_json;
using results::StageVerdict;

Json slo_json(const std::vector<SloFinding>& findings) {
    Json rows = Json::array();
    for (const SloFinding& finding : findings) {
        const auto& value = finding.evaluation.value;
        rows.push_back({{"expr", finding.expression.to_string()},
                        {"value", value && std::isfinite(*value) ? Json(*value) : Json(nullptr)},
                        {"holds", finding.holds}});
    }
    return rows;
}

// Buckets have 3 digits, more than a chart shows: those within 2 % of each other are put together.
Json histogram_json(const Histogram& latency) {
    Json rows = Json::array();
    double upper_ms = 0;
    std::uint64_t count = 0;
    const auto flush = [&] {
        if (count > 0) rows.push_back({upper_ms, count});
        count = 0;
    };
    for (int bucket = 0; bucket < Histogram::kPages * Histogram::kPageSize; ++bucket) {
        const std::uint64_t here = latency.bucket(bucket);
        if (here == 0) continue;
        const double top_ms = static_cast<double>(Histogram::highest_in_bucket(bucket)) / 1000;
        if (top_ms > upper_ms * 1.02) {
            flush();
            upper_ms = top_ms;
        }
        count += here;
    }
    flush();
    return rows;
}

std::optional<std::uint64_t> most_rss(const results::RunResult& run) {
    std::optional<std::uint64_t> most;
    for (const auto& point : run.series) {
        if (point.target_rss_bytes) most = std::max(most.value_or(0), *point.target_rss_bytes);
    }
    return most;
}

// What run/1 says of the run, in the stage's own shape; latencies, series and validity are as
// there.
Json evidence_of(const results::RunResult& run, double rate,
                 const std::vector<SloFinding>& findings) {
    const Json whole = Json::parse(results::to_json(run));
    const auto rss = most_rss(run);
    Json phases = Json::object();
    if (const auto& tasks = whole.at("tasks"); !tasks.empty())
        phases = tasks[0].value("phases_ms", Json::object());
    return {{"rate_rps", rate},
            {"duration_s", run.duration_s},
            {"requests", run.totals.requests},
            {"failures", run.totals.failures},
            {"latency_ms", whole.at("latency_ms")},
            {"service_ms", whole.at("service_ms")},
            {"phases_ms", std::move(phases)},
            {"slo", slo_json(findings)},
            {"series", whole.at("series")},
            {"validity", whole.at("validity")},
            {"target_cpu", run.target_cpu ? Json(*run.target_cpu) : Json(nullptr)},
            {"target_rss_bytes", rss ? Json(*rss) : Json(nullptr)},
            {"resources", whole.value("resources", Json(nullptr))},
            {"histogram", histogram_json(run.totals.times.latency)}};
}

void judge(const Bench& bench, const results::RunResult& run,
           const std::vector<SloFinding>& findings, results::StageResult& result) {
    if (run.totals.requests == 0) {
        result.verdict = StageVerdict::invalid;
        result.reasons = {"no request was counted"};
    } else if (all_hold(findings)) {
        // Lag makes due-time latency longer, never shorter, so the pass stands at the rate reached.
        const bool reached = achieved_share(run) >= kLeastAchieved;
        result.verdict = run.validity.valid || reached ? StageVerdict::pass : StageVerdict::invalid;
        if (result.verdict == StageVerdict::invalid) result.reasons = run.validity.reasons;
    } else if (bench.excuses(run, findings)) {
        result.verdict = StageVerdict::invalid;
        result.reasons = bench.doubts(run);
    } else {
        result.verdict = StageVerdict::fail;
        result.reasons = breaches(findings);
        std::ranges::copy(bench.explanations(run), std::back_inserter(result.reasons));
    }
}

// A run whose generator lagged can pass, since latency contains the lag, but a valid one is better
// evidence: one more try where there is time.
results::RunResult best_run(Bench& bench, const RunNeeds& needs) {
    auto run = bench.run(needs);
    const bool again = !run.validity.valid && all_hold(bench.slo().judge(run)) &&
                       !bench.interrupted() && !bench.target_lost &&
                       bench.stage_time_left() > 6 * needs.time / 5;
    if (!again) return run;
    auto second = bench.run(needs);
    return second.validity.valid ? second : run;
}

std::string answer_of(const results::RunResult& run, double rate) {
    const auto& latency = run.totals.times.latency;
    const char* lag = run.validity.valid ? "" : "; the generator lagged, which latency contains";
    return fmt::format(
        "{} rps for {:.0f} s: p50 {:.2f} ms, p99 {:.2f} ms, {} of {} requests failed{}.",
        format_rate(rate), run.duration_s, static_cast<double>(latency.quantile(0.5)) / 1000,
        static_cast<double>(latency.quantile(0.99)) / 1000, run.totals.failures,
        run.totals.requests, lag);
}

results::StageResult no_rate_holds(const RateSearch& search) {
    results::StageResult result = skipped(StageName::steady, "");
    result.verdict = StageVerdict::fail;
    result.answer = "No rate holds the SLO.";
    if (search.probes().empty()) return result;
    const auto& last = search.probes().back();
    result.reasons = last.reasons;
    if (last.verdict == analysis::ProbeVerdict::invalid) result.verdict = StageVerdict::invalid;
    return result;
}

}  // namespace

std::optional<double> steady_rate(Bench& bench, RateSearch& search) {
    if (bench.expect_rps) return bench.expect_rps;
    if (bench.steady_rate) return bench.steady_rate;
    const auto passed = search.bracket();
    if (!passed || bench.interrupted()) return {};
    bench.steady_rate = std::max(1.0, *passed / 2);
    bench.assumed.push_back(fmt::format("steady rate of {} rps, half of what a quick search passed",
                                        format_rate(*bench.steady_rate)));
    return bench.steady_rate;
}

results::StageResult prove_steady(Bench& bench, RateSearch& search) {
    const auto rate = steady_rate(bench, search);
    if (bench.interrupted()) return skipped(StageName::steady, "interrupted");
    if (!rate) return no_rate_holds(search);
    RunNeeds needs;
    needs.rate = rate;
    const Duration whole = bench.plan.profile.steady;
    needs.time = std::clamp<Duration>(
        std::min<Duration>(bench.stage_time_left(), 2 * whole) * 10 / 11, whole / 3, whole);
    needs.warmup = needs.time / 10;
    needs.doing = fmt::format("{} rps", format_rate(*rate));
    bench.steady_run = best_run(bench, needs);
    const results::RunResult& run = *bench.steady_run;
    const auto findings = bench.slo().judge(run);
    results::StageResult result = skipped(StageName::steady, "");
    judge(bench, run, findings, result);
    result.answer = answer_of(run, *rate);
    result.evidence_json =
        evidence_of(run, *rate, findings).dump(-1, ' ', false, Json::error_handler_t::replace);
    return result;
}

}  // namespace mettle::prove
