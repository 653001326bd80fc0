#include "mettle/prove/stages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::prove {
namespace {

using Json = nlohmann::ordered_json;
using results::StageVerdict;

struct Level {
    int concurrency = 1;
    std::uint64_t requests = 0, wrong = 0, failed = 0;
    std::uint64_t broken = 0;  // Of the failed: not a refusal, which under load is an answer.
    std::uint64_t refused() const { return failed - broken; }
};

constexpr std::size_t kMostExamples = 5;

Level run_level(Bench& bench, int concurrency, std::vector<results::Failure>& examples) {
    RunNeeds needs;
    needs.users = concurrency;
    needs.time = bench.plan.profile.level;
    needs.check_share = 1;
    needs.doing = fmt::format("concurrency {}, every answer checked", concurrency);
    const auto run = bench.run(needs);
    Level level{concurrency, run.totals.requests, 0, 0, 0};
    for (const results::Failure& failure : run.failures) {
        (is_wrong(failure) ? level.wrong : level.failed) += failure.count;
        if (!is_wrong(failure) && !(is_refusal(failure) && concurrency > 1))
            level.broken += failure.count;
        if (examples.size() < kMostExamples) examples.push_back(failure);
    }
    return level;
}

Json evidence_of(const Bench& bench, const std::vector<Level>& levels,
                 const std::vector<results::Failure>& examples) {
    Json rows = Json::array(), shown = Json::array();
    for (const Level& level : levels) {
        rows.push_back({{"concurrency", level.concurrency},
                        {"requests", level.requests},
                        {"wrong", level.wrong},
                        {"failed", level.failed}});
    }
    for (const results::Failure& failure : examples) {
        shown.push_back({{"payload_id", nullptr},
                         {"expected", is_wrong(failure) ? "the right answer" : "an answer"},
                         {"got", failure.kind + ": " + failure.detail}});
    }
    const auto tolerance = bench.sending->tolerance();
    return {{"source", name_of(bench.sending->source())},
            {"deterministic", bench.sending->deterministic()},
            {"levels", rows},
            {"tolerance", tolerance ? Json(*tolerance) : Json(nullptr)},
            {"examples", shown}};
}

std::string compared_with(const Sending& sending) {
    switch (sending.source()) {
        case AnswerSource::samples:
            return "compared with samples.json";
        case AnswerSource::recorded:
            return "compared with those recorded at concurrency 1";
        case AnswerSource::none:
            return "checked for their form only, since they differ from one time to the next";
    }
    return "";
}

}  // namespace

results::StageResult prove_correctness(Bench& bench) {
    std::vector<Level> levels;
    std::vector<results::Failure> examples;
    for (const int concurrency : bench.plan.profile.concurrency) {
        if (bench.interrupted() || bench.target_lost) break;
        // Late: the highest says more than those between.
        const bool last = concurrency == bench.plan.profile.concurrency.back();
        if (!levels.empty() && !last && bench.stage_time_left() < 2 * bench.plan.profile.level)
            continue;
        levels.push_back(run_level(bench, concurrency, examples));
    }
    if (levels.empty()) return skipped(StageName::correctness, "interrupted");
    results::StageResult result = skipped(StageName::correctness, "");
    Level sum;
    for (const Level& level : levels) {
        sum.requests += level.requests;
        sum.wrong += level.wrong;
        sum.failed += level.failed;
        sum.broken += level.broken;
        if (level.wrong > 0) {
            result.reasons.push_back(fmt::format("{} of {} answers wrong at concurrency {}",
                                                 level.wrong, level.requests, level.concurrency));
        }
        if (level.broken > 0) {
            result.reasons.push_back(fmt::format("{} of {} requests failed at concurrency {}",
                                                 level.broken, level.requests, level.concurrency));
        }
    }
    for (const auto& example : examples) {
        if (!result.reasons.empty())
            result.reasons.push_back(fmt::format("{}: {}", example.kind, example.detail));
    }
    result.verdict = sum.wrong + sum.broken > 0 ? StageVerdict::fail : StageVerdict::pass;
    if (sum.requests == 0) {
        result.verdict = StageVerdict::invalid;
        result.reasons = {"no request was sent"};
    }
    const std::string refused =
        sum.refused() > 0 ? fmt::format("; {} more were refused", sum.refused()) : "";
    result.answer =
        fmt::format("{} wrong and {} failed of {} answers at concurrency {} to {}, {}{}.",
                    sum.wrong, sum.broken, sum.requests - sum.refused(), levels.front().concurrency,
                    levels.back().concurrency, compared_with(*bench.sending), refused);
    result.evidence_json =
        evidence_of(bench, levels, examples).dump(-1, ' ', false, Json::error_handler_t::replace);
    return result;
}

}  // namespace mettle::prove
