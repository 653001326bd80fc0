#include "mettle/results/comparison.hpp"

#include "mettle/base/version.hpp"

#include <nlohmann/json.hpp>

namespace mettle::results {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json side_json(const ComparedSide& side) {
    return {{"label", side.label},
            {"what", side.what},
            {"target",
             {{"url", side.target.url},
              {"protocol", side.target.protocol},
              {"model", side.target.model}}}};
}

Json metric_json(const ComparedMetric& metric) {
    return {{"name", metric.name},
            {"unit", metric.unit},
            {"better", metric.lower_is_better ? "lower" : "higher"},
            {"threshold", metric.threshold},
            {"verdict", name_of(metric.change)},
            {"improved", metric.improved},
            {"ratio", metric.ratio},
            {"low", or_null(metric.low)},
            {"high", or_null(metric.high)},
            {"p_regression", metric.p_regression},
            {"more_runs", or_null(metric.more_runs)},
            {"a", metric.a},
            {"b", metric.b}};
}

// Nothing for stored results, whose loads stand in their own files.
Json load_json(const Comparison& comparison) {
    if (comparison.method == Comparison::Method::stored) return nullptr;
    const LoadDescription& load = comparison.load;
    return {{"kind", load.kind},
            {"rate_rps", or_null(load.rate_rps)},
            {"arrivals", load.arrivals},
            {"users", or_null(load.users)},
            {"run_s", comparison.run_s}};
}

Json looks_json(const Comparison& comparison) {
    Json looks = Json::array();
    for (const auto& look : comparison.looks)
        looks.push_back({{"pairs", look.pairs}, {"alpha", look.alpha}});
    return looks;
}

}  // namespace

std::string_view name_of(Change change) {
    switch (change) {
        case Change::pass:
            return "pass";
        case Change::regression:
            return "regression";
        case Change::inconclusive:
            return "inconclusive";
    }
    return "";
}

std::string_view name_of(Comparison::Method method) {
    switch (method) {
        case Comparison::Method::stored:
            return "stored";
        case Comparison::Method::turns:
            return "turns";
        case Comparison::Method::at_once:
            return "at_once";
    }
    return "";
}

std::string to_json(const Comparison& comparison) {
    Json metrics = Json::array();
    for (const ComparedMetric& metric : comparison.metrics) metrics.push_back(metric_json(metric));
    const Host& host = comparison.host;
    const Json json = {{"schema", "mettle.compare/1"},
                       {"tool", {{"version", version()}, {"git", git_commit()}}},
                       {"started", comparison.started},
                       {"duration_s", comparison.duration_s},
                       {"host",
                        {{"cpu", host.cpu},
                         {"cores", host.cores},
                         {"kernel", host.kernel},
                         {"fingerprint", host.fingerprint}}},
                       {"verdict", name_of(comparison.change)},
                       {"interrupted", comparison.interrupted},
                       {"reasons", comparison.reasons},
                       {"method", name_of(comparison.method)},
                       {"threshold", comparison.threshold},
                       {"alpha", comparison.alpha},
                       {"seed", comparison.seed},
                       {"a", side_json(comparison.a)},
                       {"b", side_json(comparison.b)},
                       {"load", load_json(comparison)},
                       {"pairs", comparison.pairs},
                       {"discarded_pairs", comparison.discarded},
                       {"most_pairs", comparison.most_pairs},
                       {"looks", looks_json(comparison)},
                       {"metrics", std::move(metrics)},
                       {"notes", comparison.notes}};
    // What a target or a command line holds may not be UTF-8; it is replaced rather than thrown at.
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mettle::results
