#include "mettle/analysis/saturation.hpp"
#include "mettle/analysis/time_shares.hpp"
#include "mettle/prove/stages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::prove {
namespace {

using Json = nlohmann::ordered_json;
using analysis::ProbeVerdict;
using results::StageVerdict;

Json or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json seen_or_null(double value, double cores) {
    return cores > 0 ? Json(value) : Json(nullptr);
}

Json saturation_json(const RateSearch& search) {
    std::vector<analysis::LoadPicture> pictures;
    for (const ProbeRecord& record : search.probes()) pictures.push_back(record.picture);
    Json list = Json::array();
    for (const analysis::Saturation& each : analysis::order_of_saturation(pictures)) {
        list.push_back({{"resource", each.resource},
                        {"unit", each.unit},
                        {"limit", each.limit},
                        {"used", each.used},
                        {"used_at_rps", each.used_at_rps},
                        {"per_request", each.per_request},
                        {"full_at_rps", each.full_at_rps},
                        {"seen", each.seen},
                        {"confidence", each.confidence},
                        {"sentence", each.sentence()}});
    }
    return list;
}

// Of the run that showed the limit.
Json time_json(const ProbeRecord* limiting) {
    if (!limiting) return nullptr;
    const auto shares = analysis::time_shares(limiting->picture);
    if (shares.parts.empty()) return nullptr;
    Json parts = Json::array();
    for (const analysis::TimePart& part : shares.parts)
        parts.push_back({{"phase", part.name}, {"ms", part.ms}, {"share", part.share}});
    return {{"rate_rps", limiting->probe.rate},
            {"whole_ms", shares.whole_ms},
            {"overlap", shares.overlap},
            {"parts", std::move(parts)}};
}

Json probe_json(const ProbeRecord& record) {
    return {{"rate_rps", record.probe.rate},
            {"achieved_rps", record.achieved_rps},
            {"requests", record.requests},
            {"p50_ms", or_null(record.p50_ms)},
            {"p99_ms", or_null(record.p99_ms)},
            {"failures", record.failures},
            {"verdict", name_of(record.verdict)},
            {"phase", name_of(record.probe.phase)},
            {"target_cpu", or_null(record.target_cpu)},
            {"generator_cpu", record.generator_cpu},
            {"host_cpu", seen_or_null(record.picture.host_cpu, record.picture.host_cores)},
            {"cpu_pressure", seen_or_null(record.picture.cpu_pressure, record.picture.host_cores)},
            {"throttled", record.picture.throttled},
            {"target_rss_bytes", or_null(record.target_rss_bytes)}};
}

Json confirm_json(const std::optional<Confirmation>& confirmation) {
    if (!confirmation) return nullptr;
    return {{"rate_rps", confirmation->rate_rps},       {"n", confirmation->n},
            {"n_effective", confirmation->n_effective}, {"over", confirmation->over},
            {"allowed", confirmation->allowed},         {"confidence", confirmation->confidence}};
}

Json evidence_of(const RateSearch& search, const std::string& binding,
                 const analysis::Attribution& limit) {
    Json probes = Json::array();
    for (const ProbeRecord& record : search.probes()) probes.push_back(probe_json(record));
    const auto found = search.result();
    const auto& confirmation = search.confirmation();
    return {{"probes", std::move(probes)},
            {"confirm", confirm_json(confirmation)},
            {"rps_pass", or_null(found.rps_pass)},
            {"rps_fail", or_null(found.rps_fail)},
            {"rps_estimate", or_null(found.rps_estimate)},
            {"binding_slo", binding},
            {"bottleneck", limit.sentence},
            {"bottleneck_confidence", limit.confidence},
            {"time", time_json(search.limiting_probe())},
            {"saturation", saturation_json(search)},
            {"limit_ms", confirmation ? Json(confirmation->limit_ms) : Json(nullptr)}};
}

std::string confirmed_by(const std::optional<Confirmation>& confirmation) {
    if (!confirmation || !confirmation->accepted()) return "";
    return fmt::format(
        " ({:.0f} % confidence: {} of {} independent requests over {:g} ms where {} "
        "may be, thinned from {})",
        confirmation->confidence * 100, confirmation->over, confirmation->n_effective,
        confirmation->limit_ms, confirmation->allowed, confirmation->n);
}

std::string answer_of(const analysis::SearchResult& found, const RateSearch& search) {
    if (!found.rps_pass) {
        if (search.confirmation())
            return fmt::format(
                "No rate was confirmed: {} independent requests allow {} over the "
                "limit, and {} were.",
                search.confirmation()->n_effective,
                std::max<std::int64_t>(0, search.confirmation()->allowed),
                search.confirmation()->over);
        return "No rate was confirmed.";
    }
    std::string text = fmt::format("Holds at {} rps", format_rate(*found.rps_pass)) +
                       confirmed_by(search.confirmation());
    if (found.rps_fail) text += fmt::format(", breaks at {} rps", format_rate(*found.rps_fail));
    if (found.rps_invalid)
        text += fmt::format("; could not be judged at {} rps", format_rate(*found.rps_invalid));
    if (found.reached_max) text += "; no higher rate was allowed";
    return text + ".";
}

// With --expect the rate is judged, else only reported.
void judge(const Bench& bench, const analysis::SearchResult& found, const RateSearch& search,
           results::StageResult& result) {
    const auto& probes = search.probes();
    const auto failed = [](const ProbeRecord& record) {
        return record.verdict == ProbeVerdict::fail;
    };
    if (!found.rps_pass) {
        const bool fails = std::ranges::any_of(probes, failed) && !search.result().rps_estimate &&
                           std::ranges::none_of(probes, [](const ProbeRecord& record) {
                               return record.verdict == ProbeVerdict::pass;
                           });
        result.verdict = fails ? StageVerdict::fail : StageVerdict::invalid;
        for (const auto& record : probes) {
            if (failed(record) == fails && !record.reasons.empty()) result.reasons = record.reasons;
        }
        if (result.reasons.empty()) result.reasons = {"too little time for a confirming run"};
        return;
    }
    result.verdict = StageVerdict::pass;
    if (!bench.expect_rps || *found.rps_pass >= 0.995 * *bench.expect_rps) return;
    const std::string expected = format_rate(*bench.expect_rps) + " rps were expected";
    const bool broke = found.rps_fail && *found.rps_fail <= *bench.expect_rps;
    result.verdict = broke ? StageVerdict::fail : StageVerdict::invalid;
    result.reasons = {
        broke ? fmt::format("breaks at {} rps, where {}", format_rate(*found.rps_fail), expected)
              : fmt::format("confirmed up to {} rps only, where {}", format_rate(*found.rps_pass),
                            expected)};
}

}  // namespace

results::StageResult prove_capacity(Bench& bench, RateSearch& search,
                                    std::optional<results::Capacity>& capacity) {
    search.finish(bench.plan.profile.capacity);
    const auto found = search.result();
    results::StageResult result = skipped(StageName::capacity, "");
    judge(bench, found, search, result);
    const ProbeRecord* limiting = search.limiting_probe();
    const auto limit = limiting ? analysis::attribute(limiting->picture) : analysis::Attribution();
    const std::string& bottleneck = limit.sentence;
    const std::string binding = limiting ? limiting->binding : "";
    if (found.rps_pass) {
        capacity = results::Capacity{
            *found.rps_pass, found.rps_fail, found.rps_estimate, bench.plan.profile.confidence,
            binding,         bottleneck};
    }
    if (bench.interrupted() && !found.rps_pass) {
        result.verdict = StageVerdict::invalid;
        result.reasons = {"interrupted"};
    }
    result.answer = answer_of(found, search);
    if (!bottleneck.empty())
        result.answer +=
            fmt::format(" Limit (confidence {:.0f} %): {}.", limit.confidence * 100, bottleneck);
    result.evidence_json = evidence_of(search, binding, limit).dump();
    return result;
}

}  // namespace mettle::prove
