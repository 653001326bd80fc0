#include "mettle/analysis/drift.hpp"
#include "mettle/prove/stages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mettle::prove {
namespace {

using Json = nlohmann::ordered_json;
using results::StageVerdict;

constexpr double kMiB = 1 << 20;

// What must not grow, what it is called when it does, and from where on.
struct Watched {
    const char* series;
    const char* name;
    const char* fault;
    analysis::DriftLimit Profile::* limit;
    double per_unit;  // To print it.
    const char* unit;
};
constexpr std::array kWatched = {
    Watched{"target.rss", "memory", "memory leak", &Profile::memory, kMiB, "MiB"},
    Watched{"target.descriptors", "open files and sockets", "descriptor leak",
            &Profile::descriptors, 1, ""},
    Watched{"target.threads", "threads", "thread leak", &Profile::threads, 1, ""},
};
// Latency by the second: its median, and only when the change is one that users would feel.
constexpr Watched kLatency{"p50", "median latency", "latency drift", &Profile::latency, 1, "ms"};

struct Finding {
    Watched what;
    analysis::Drift drift;
    bool grows = false;
};

std::optional<Finding> look_at(const Watched& what, const Profile& profile,
                               std::span<const double> t_s, std::span<const double> values) {
    const auto drift = analysis::drift_of(t_s, values);
    if (!drift) return {};
    return Finding{what, *drift, analysis::grows(*drift, profile.*what.limit)};
}

std::vector<Finding> findings_of(const results::RunResult& run, const Profile& profile) {
    std::vector<Finding> findings;
    if (run.resources) {
        for (const Watched& what : kWatched) {
            const auto* const series = run.resources->find(what.series);
            if (series == nullptr) continue;
            if (const auto found = look_at(what, profile, run.resources->t_s, series->values))
                findings.push_back(*found);
        }
    }
    std::vector<double> t_s, p50_ms;
    for (const results::SeriesPoint& point : run.series) {
        t_s.push_back(point.t_s);
        p50_ms.push_back(point.p50_ms);
    }
    if (const auto found = look_at(kLatency, profile, t_s, p50_ms)) findings.push_back(*found);
    return findings;
}

std::string with_blank(std::string_view unit) {
    return unit.empty() ? "" : fmt::format(" {}", unit);
}

// "memory leak: from 61.2 to 118.0 MiB in 12 s and going on, 4.9 KiB a request; ..."
std::string sentence_of(const Finding& found, const results::RunResult& run) {
    const analysis::Drift& drift = found.drift;
    std::string text =
        fmt::format("{}: from {:.1f} to {:.1f}{} in {:.0f} s and still growing", found.what.fault,
                    drift.before / found.what.per_unit, drift.after / found.what.per_unit,
                    with_blank(found.what.unit), run.duration_s);
    if (found.what.series == kLatency.series) return text;
    const double per_request = drift.growth() / static_cast<double>(run.totals.requests);
    if (found.what.per_unit == kMiB) {
        text += fmt::format(", {:.1f} KiB a request, {:.0f} MiB an hour at this rate",
                            per_request / 1024, drift.per_s * 3600 / kMiB);
    } else {
        text += fmt::format(", one in {:.0f} requests", 1 / per_request);
    }
    return text;
}

Json evidence_of(const std::vector<Finding>& findings, const results::RunResult& run, bool own) {
    Json drifts = Json::array();
    for (const Finding& found : findings) {
        drifts.push_back({{"name", found.what.series},
                          {"unit", found.what.unit},
                          {"before", found.drift.before / found.what.per_unit},
                          {"after", found.drift.after / found.what.per_unit},
                          {"per_hour", found.drift.per_s * 3600 / found.what.per_unit},
                          {"p_value", found.drift.p_value},
                          {"late_share", found.drift.late_share},
                          {"grows", found.grows}});
    }
    const Json whole = Json::parse(results::to_json(run));
    return {{"rate_rps", run.load.rate_rps.value_or(run.rps)},
            {"duration_s", run.duration_s},
            {"requests", run.totals.requests},
            {"failures", run.totals.failures},
            {"own_run", own},  // Else the steady stage's.
            {"drifts", drifts},
            {"series", whole.at("series")},
            {"resources", whole.value("resources", Json(nullptr))}};
}

std::string answer_of(const std::vector<Finding>& findings, const results::RunResult& run) {
    std::string seen;
    for (const Finding& found : findings) {
        seen += fmt::format("{}{} {:.1f} to {:.1f}{}", seen.empty() ? "" : ", ", found.what.name,
                            found.drift.before / found.what.per_unit,
                            found.drift.after / found.what.per_unit, with_blank(found.what.unit));
    }
    const bool grows = std::ranges::any_of(findings, &Finding::grows);
    return fmt::format("{} over {:.0f} s and {} requests: {}.",
                       grows ? "Something grows on" : "Nothing grows on", run.duration_s,
                       run.totals.requests, seen);
}

}  // namespace

results::StageResult prove_soak(Bench& bench, RateSearch& search, std::optional<Duration> time) {
    std::optional<results::RunResult> run;
    if (time) {
        const auto rate = steady_rate(bench, search);
        if (bench.interrupted()) return skipped(StageName::soak, "interrupted");
        if (!rate) return skipped(StageName::soak, "no rate holds the SLO");
        RunNeeds needs;
        needs.rate = rate;
        needs.time = *time;
        needs.warmup = std::min<Duration>(*time / 10, std::chrono::seconds(5));
        needs.doing = fmt::format("{} rps for {}", format_rate(*rate), format_duration(*time));
        run = bench.run(needs);
    } else {
        run = bench.steady_run;
    }
    if (!run) return skipped(StageName::soak, "the steady stage has nothing to show: --soak 10m");
    const auto findings = findings_of(*run, bench.plan.profile);
    const bool target_seen = run->resources && run->resources->find("target.rss") != nullptr;
    if (findings.empty() || !target_seen)
        return skipped(StageName::soak,
                       target_seen ? "too short to say: --soak 10m"
                                   : "the target's memory cannot be seen: --pid or --cgroup");
    results::StageResult result = skipped(StageName::soak, "");
    result.verdict = StageVerdict::pass;
    for (const Finding& found : findings) {
        if (!found.grows) continue;
        result.verdict = StageVerdict::fail;
        result.reasons.push_back(sentence_of(found, *run));
    }
    result.answer = answer_of(findings, *run);
    result.evidence_json = evidence_of(findings, *run, time.has_value())
                               .dump(-1, ' ', false, Json::error_handler_t::replace);
    return result;
}

}  // namespace mettle::prove
