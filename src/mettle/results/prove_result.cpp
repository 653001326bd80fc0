#include "mettle/results/prove_result.hpp"

#include "mettle/base/version.hpp"

#include <nlohmann/json.hpp>

namespace mettle::results {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

// A stage that broke off half-way may hold anything; the report must still be JSON.
Json evidence_of(const StageResult& stage) {
    auto evidence = Json::parse(stage.evidence_json, nullptr, false);
    return evidence.is_object() ? evidence : Json::object();
}

Json stage_json(const StageResult& stage) {
    return {{"name", stage.name},
            {"verdict", name_of(stage.verdict)},
            {"question", stage.question},
            {"answer", stage.answer},
            {"reasons", stage.reasons},
            {"duration_s", stage.duration_s},
            {"evidence", evidence_of(stage)}};
}

Json capacity_json(const std::optional<Capacity>& capacity) {
    if (!capacity) return nullptr;
    return {{"rps_pass", capacity->rps_pass},
            {"rps_fail", or_null(capacity->rps_fail)},
            {"rps_estimate", or_null(capacity->rps_estimate)},
            {"confidence", capacity->confidence},
            {"binding_slo", capacity->binding_slo},
            {"bottleneck", capacity->bottleneck}};
}

Json host_json(const Host& host) {
    return {{"cpu", host.cpu},
            {"cores", host.cores},
            {"kernel", host.kernel},
            {"fingerprint", host.fingerprint}};
}

}  // namespace

std::string_view name_of(StageVerdict verdict) {
    switch (verdict) {
        case StageVerdict::pass:
            return "pass";
        case StageVerdict::fail:
            return "fail";
        case StageVerdict::skipped:
            return "skipped";
        case StageVerdict::invalid:
            return "invalid";
    }
    return "";
}

std::string_view name_of(ProveVerdict verdict) {
    switch (verdict) {
        case ProveVerdict::ready:
            return "READY";
        case ProveVerdict::not_ready:
            return "NOT READY";
        case ProveVerdict::invalid:
            return "INVALID";
    }
    return "";
}

std::string to_json(const ProveResult& result) {
    Json stages = Json::array();
    for (const StageResult& stage : result.stages) stages.push_back(stage_json(stage));
    const Json json = {{"schema", "mettle.prove/1"},
                       {"tool", {{"version", version()}, {"git", git_commit()}}},
                       {"started", result.started},
                       {"duration_s", result.duration_s},
                       {"target",
                        {{"url", result.target.url},
                         {"protocol", result.target.protocol},
                         {"model", result.target.model}}},
                       {"host", host_json(result.host)},
                       {"placement", result.placement},
                       {"seed", result.seed},
                       {"verdict", name_of(result.verdict)},
                       {"interrupted", result.interrupted},
                       {"reasons", result.reasons},
                       {"slo", result.slo},
                       {"stages", std::move(stages)},
                       {"capacity", capacity_json(result.capacity)},
                       {"profile", result.profile},
                       {"expect_rps", or_null(result.expect_rps)},
                       {"headroom", result.headroom},
                       {"caveats", result.caveats},
                       {"assumed", result.assumed},
                       {"skipped", result.skipped}};
    // What a target sent may not be UTF-8; it is replaced rather than thrown at.
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mettle::results
