#include "mettle/analysis/overload.hpp"

#include "mettle/http/client.hpp"
#include "mettle/prove/refusal_probe.hpp"
#include "mettle/prove/stages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using analysis::OverloadGrade;
using analysis::OverloadLevel;
using analysis::OverloadPicture;
using results::StageVerdict;

// Below this nothing is overloaded: the capacity is known to a few percent.
constexpr double kLeastMultiple = 1.2;
constexpr double kLeastOffered = 0.9;
constexpr double kCarried = 0.95;  // Of what was offered, right and in time: no overload.
constexpr int kMostClimbs = 6;
constexpr double kMostLag = 0.2;  // Of the limit.
constexpr double kWindowS = 0.25;

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double p99_ms(const Histogram& histogram) {
    return static_cast<double>(histogram.quantile(0.99)) / 1000;
}

// As people and gateways wait: some times what they are used to, neither at once nor for ever.
Duration patience_for(double limit) {
    const auto wait = std::chrono::duration<double, std::milli>(4 * limit);
    return std::clamp(std::chrono::duration_cast<Duration>(wait), Duration(1s), Duration(5s));
}

RunNeeds needs_at(const Bench& bench, double rate, Duration time, Duration patience) {
    RunNeeds needs;
    needs.rate = std::min(rate, bench.max_rate);
    needs.time = time;
    needs.patience = patience;
    return needs;
}

OverloadLevel level_of(const results::RunResult& run, Duration time, double limit) {
    OverloadLevel level;
    const auto& times = run.totals.times;
    level.requests = run.totals.requests;
    level.offered_rps = static_cast<double>(level.requests) / seconds(time);
    const auto in_time = times.latency.count_at_or_below(static_cast<std::int64_t>(limit * 1000));
    level.goodput_rps = static_cast<double>(in_time) / seconds(time);
    level.late = times.latency.count() - in_time;
    for (const results::Failure& failure : run.failures) {
        (is_refusal(failure)                                              ? level.refused
         : failure.kind == "timeout" || failure.kind == "unfinished"      ? level.timed_out
         : failure.kind == "wrong_answer" || failure.kind == "validation" ? level.wrong
                                                                          : level.broken) +=
            failure.count;
    }
    if (times.latency.count() > 0) level.admitted_p99_ms = p99_ms(times.latency);
    if (times.failed.count() > 0) level.refused_p99_ms = p99_ms(times.failed);
    return level;
}

// A generator that is late itself makes answers late: then nothing can be said of the target.
bool lagged(const results::RunResult& run, double limit) {
    return p99_ms(run.validity.send_lag_us) > kMostLag * limit;
}

// What else than the target may have made it slow; faults that are no slowness stand all the same.
struct Doubts {
    void add(const Bench& bench, const results::RunResult& run) {
        if (bench.starved(run)) reasons = bench.doubts(run);
    }
    std::vector<std::string> reasons;  // Of the last run that is in doubt.
};

bool only_slow(const OverloadPicture& seen) {
    return std::ranges::all_of(seen.levels, [](const OverloadLevel& level) {
        return level.wrong == 0 && level.broken == 0;
    });
}

// One rate, once; nothing when the generator could not offer it, or nothing higher may follow.
std::optional<OverloadLevel> offer(Bench& bench, double rate, double limit, Duration patience,
                                   OverloadPicture& seen, Doubts& doubts) {
    const Duration time = bench.plan.profile.overload;
    RunNeeds needs = needs_at(bench, rate, time, patience);
    needs.warmup = time / 5;  // The queue takes a moment to fill.
    needs.doing = fmt::format("beyond the capacity: {} rps", format_rate(*needs.rate));
    RefusalProbe probe(*bench.sending);
    const auto run = bench.run(needs);
    const auto noted = probe.stop();
    const bool offered = !lagged(run, limit) && achieved_share(run) >= kLeastOffered;
    if (bench.interrupted() || bench.target_lost || !offered) return std::nullopt;
    doubts.add(bench, run);
    seen.refusals_seen += noted.refusals;
    seen.with_retry_after += noted.with_retry_after;
    return level_of(run, time, limit);
}

// A level, its stragglers, and what watching the recovery takes.
bool has_time(const Bench& bench, Duration patience) {
    const Profile& profile = bench.plan.profile;
    return bench.time_left() > 6 * profile.overload / 5 + patience + profile.recovery;
}

// Rising rates, as far as the generator can offer them. Where the first is carried, the search had
// found too little in its time, and that rate is the capacity to go beyond.
void offer_too_much(Bench& bench, double limit, Duration patience, OverloadPicture& seen,
                    Doubts& doubts) {
    const std::vector<double>& multiples = bench.plan.profile.overload_multiples;
    int climbs = 0;
    for (std::size_t at = 0; at < multiples.size();) {
        if (!has_time(bench, patience)) return;
        const double rate = multiples[at] * seen.capacity_rps;
        const auto level = offer(bench, rate, limit, patience, seen, doubts);
        if (!level) return;
        const bool carried = level->goodput_rps >= kCarried * level->offered_rps;
        if (at == 0 && carried && climbs++ < kMostClimbs) {
            seen.capacity_rps = level->offered_rps;
            continue;
        }
        if (level->offered_rps >= kLeastMultiple * seen.capacity_rps) seen.levels.push_back(*level);
        if (rate >= bench.max_rate) return;
        ++at;
    }
}

void watch_recovery(Bench& bench, double limit, Duration patience, OverloadPicture& seen,
                    Doubts& doubts) {
    const TimePoint ended = std::chrono::steady_clock::now();
    const Duration time = bench.plan.profile.recovery;
    RunNeeds needs = needs_at(bench, seen.capacity_rps / 2, time, patience);
    needs.record_sequence = true;
    needs.doing = "half the capacity, until all is well again";
    const auto run = bench.run(needs);
    doubts.add(bench, run);
    const double gap_s = seconds(std::chrono::steady_clock::now() - ended) - run.duration_s;
    std::vector<analysis::TimedAnswer> answers;
    answers.reserve(run.sequence.size());
    for (const results::Sample& sample : run.sequence) {
        answers.push_back({static_cast<double>(sample.due_us) / 1e6,
                           !sample.failed && sample.latency_us <= limit * 1000});
    }
    seen.watched_s = seconds(time);
    seen.recovered_s = analysis::well_from(answers, kWindowS, seen.watched_s);
    if (seen.recovered_s && *seen.recovered_s > 0) *seen.recovered_s += std::max(0.0, gap_s);
}

// Where a fit of all probes puts the limit, else the lowest rate that broke it: what was confirmed
// may lie well below, where time was short, and twice that might overload nobody.
std::optional<double> capacity_of(RateSearch& search) {
    const auto bracketed = search.bracket();
    const auto found = search.result();
    for (const auto& rate : {found.rps_estimate, found.rps_fail, found.rps_pass})
        if (rate) return rate;
    return bracketed;
}

Json or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json evidence_of(const OverloadPicture& seen, const analysis::OverloadJudgement& judgement,
                 Duration patience) {
    Json levels = Json::array();
    for (const OverloadLevel& level : seen.levels) {
        levels.push_back({{"offered_rps", level.offered_rps},
                          {"goodput_rps", level.goodput_rps},
                          {"requests", level.requests},
                          {"refused", level.refused},
                          {"late", level.late},
                          {"timed_out", level.timed_out},
                          {"broken", level.broken},
                          {"wrong", level.wrong},
                          {"admitted_p99_ms", or_null(level.admitted_p99_ms)},
                          {"refused_p99_ms", or_null(level.refused_p99_ms)}});
    }
    return {{"grade", analysis::name_of(judgement.grade)},
            {"capacity_rps", seen.capacity_rps},
            {"limit_ms", seen.limit_ms},
            {"patience_ms", seconds(patience) * 1000},
            {"levels", std::move(levels)},
            {"recovered_s", or_null(seen.recovered_s)},
            {"watched_s", seen.watched_s},
            {"refusals_seen", seen.refusals_seen},
            {"with_retry_after", seen.with_retry_after},
            {"remarks", judgement.remarks}};
}

std::string answer_of(const OverloadPicture& seen, const analysis::OverloadJudgement& judgement) {
    std::vector<std::string> multiples, shares;
    for (const OverloadLevel& level : seen.levels) {
        multiples.push_back(fmt::format("{:.1f}", level.offered_rps / seen.capacity_rps));
        shares.push_back(fmt::format("{:.0f}", 100 * level.goodput_rps / seen.capacity_rps));
    }
    const std::string recovery =
        !seen.recovered_s       ? fmt::format("not well again within {:g} s", seen.watched_s)
        : *seen.recovered_s > 0 ? fmt::format("well again after {:.1f} s", *seen.recovered_s)
                                : "well at once when it was over";
    std::string text = fmt::format(
        "{}: at {} times its capacity of {} rps, {} % of that was right and within {:g} ms; {}.",
        analysis::name_of(judgement.grade), fmt::join(multiples, ", "),
        format_rate(seen.capacity_rps), fmt::join(shares, ", "), seen.limit_ms, recovery);
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
    for (const std::string& remark : judgement.remarks) text += fmt::format(" Note: {}.", remark);
    return text;
}

}  // namespace

results::StageResult prove_overload(Bench& bench, RateSearch& search) {
    const auto capacity = capacity_of(search);
    if (bench.interrupted()) return skipped(StageName::overload, "interrupted");
    if (!capacity) return skipped(StageName::overload, "no capacity was found to go beyond");
    OverloadPicture seen;
    seen.capacity_rps = *capacity;
    const auto limit = tightest_ms(bench.slo());
    const Duration patience = patience_for(limit.value_or(250));
    seen.limit_ms = limit.value_or(seconds(patience) * 1000);
    if (!has_time(bench, patience))
        return skipped(StageName::overload, "too little of the budget was left (--budget)");
    Doubts doubts;
    offer_too_much(bench, seen.limit_ms, patience, seen, doubts);
    if (bench.interrupted()) return skipped(StageName::overload, "interrupted");
    results::StageResult result = skipped(StageName::overload, "");
    if (bench.target_lost) {
        result.verdict = StageVerdict::fail;
        result.answer = "The target went away under overload.";
        result.reasons = {"it did not survive more load than it can carry"};
        return result;
    }
    if (seen.levels.empty()) {
        return skipped(StageName::overload,
                       fmt::format("the generator could not offer {:.1f} times the capacity of {} "
                                   "rps",
                                   kLeastMultiple, format_rate(seen.capacity_rps)));
    }
    watch_recovery(bench, seen.limit_ms, patience, seen, doubts);
    const auto judgement = analysis::judge_overload(seen, bench.plan.profile.overload_limits);
    result.verdict = judgement.faults.empty() ? StageVerdict::pass : StageVerdict::fail;
    result.reasons = judgement.faults;
    if (!judgement.faults.empty() && !doubts.reasons.empty() && only_slow(seen)) {
        result.verdict = StageVerdict::invalid;
        result.reasons = doubts.reasons;
    }
    result.answer = answer_of(seen, judgement);
    result.evidence_json = evidence_of(seen, judgement, patience).dump();
    return result;
}

}  // namespace mettle::prove
