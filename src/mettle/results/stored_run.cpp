#include "mettle/results/stored_run.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mettle::results {
namespace {

using Json = nlohmann::json;

// What stands at "load.users"; null where nothing does.
Json at(const Json& json, std::string_view path) {
    const Json* found = &json;
    while (!path.empty()) {
        const auto dot = std::min(path.find('.'), path.size());
        const std::string key(path.substr(0, dot));
        if (!found->is_object() || !found->contains(key)) return nullptr;
        found = &found->at(key);
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return *found;
}

void take(StoredRun& run, const std::string& name, const Json& value) {
    if (value.is_number() && value.get<double>() > 0) run.metrics[name] = value.get<double>();
}

void take_latency(StoredRun& run, const Json& json) {
    take(run, "p50", at(json, "latency_ms.p50"));
    take(run, "p99", at(json, "latency_ms.p99"));
}

void take_run(StoredRun& run, const Json& json) {
    take_latency(run, json);
    const Json requests = at(json, "totals.requests"), failures = at(json, "totals.failures");
    const Json duration = at(json, "duration_s");
    if (requests.is_number() && failures.is_number() && requests.get<double>() > 0) {
        const double all = requests.get<double>(), failed = failures.get<double>();
        run.metrics["error_rate"] = failed / all;
        if (duration.is_number() && duration.get<double>() > 0)
            take(run, "throughput", (all - failed) / duration.get<double>());
    }
    const Json series = at(json, "series");
    double memory = 0;
    for (const Json& point : series.is_array() ? series : Json::array()) {
        const Json rss = at(point, "target_rss_bytes");
        if (rss.is_number()) memory = std::max(memory, rss.get<double>());
    }
    take(run, "memory", memory);
    if (at(json, "validity.verdict") != "VALID") {
        const Json reasons = at(json, "validity.reasons");
        run.doubt = reasons.is_array() && !reasons.empty() && reasons[0].is_string()
                        ? reasons[0].get<std::string>()
                        : "it is not said to be VALID";
    }
}

void take_prove(StoredRun& run, const Json& json) {
    take(run, "capacity", at(json, "capacity.rps_pass"));
    const Json stages = at(json, "stages");
    for (const Json& stage : stages.is_array() ? stages : Json::array()) {
        const Json evidence = at(stage, "evidence"), verdict = at(stage, "verdict");
        if (verdict != "pass" && verdict != "fail") continue;
        if (at(stage, "name") == "cold_start")
            take(run, "cold_start", at(evidence, "median_ms.first_right"));
        if (at(stage, "name") != "steady") continue;
        take_latency(run, evidence);
        take(run, "memory", at(evidence, "target_rss_bytes"));
        // Without --expect each run chooses its own rate, and latency at another rate is another.
        const Json rate = at(evidence, "rate_rps");
        if (rate.is_number()) run.conditions["steady rate_rps"] = rate.dump();
    }
    if (at(json, "verdict") == "INVALID") run.doubt = "its verdict is INVALID";
}

}  // namespace

Result<StoredRun> read_stored_run(std::string_view text) {
    const auto invalid = [](std::string what) {
        return fail(Error::Kind::invalid_input, std::move(what));
    };
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return invalid("it is no JSON: cut off, or damaged");
    StoredRun run;
    const Json schema = at(json, "schema");
    if (!schema.is_string())
        return invalid("it has no \"schema\": a result that -o FILE.json wrote is wanted");
    run.schema = schema.get<std::string>();
    if (run.schema == "mettle.run/1")
        take_run(run, json);
    else if (run.schema == "mettle.prove/1")
        take_prove(run, json);
    else
        return invalid(
            fmt::format("its schema is '{}', and mettle.run/1 or mettle.prove/1 is "
                        "wanted",
                        run.schema));
    constexpr std::array<const char*, 10> kConditions = {
        "host.fingerprint", "host.cpu",   "host.cores", "target.protocol", "target.model",
        "load.kind",        "load.users", "load.wait",  "load.rate_rps",   "load.arrivals"};
    for (const char* name : kConditions) {
        const Json value = at(json, name);
        if (!value.is_null())
            run.conditions[name] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    if (run.metrics.empty()) return invalid("it holds no measurement");
    return run;
}

std::vector<std::string> differences(const StoredRun& one, const StoredRun& other) {
    std::vector<std::string> found;
    if (one.schema != other.schema)
        found.push_back(fmt::format("one is {} and the other {}", one.schema, other.schema));
    auto all = one.conditions;
    all.insert(other.conditions.begin(), other.conditions.end());
    const auto shown = [](const StoredRun& run, const std::string& name) {
        const auto value = run.conditions.find(name);
        return value == run.conditions.end() ? std::string("none") : value->second;
    };
    for (const auto& [name, value] : all) {
        const std::string here = shown(one, name), there = shown(other, name);
        if (here != there)
            found.push_back(fmt::format("{} is {} in one and {} in the other", name, here, there));
    }
    return found;
}

}  // namespace mettle::results
