#pragma once

// What a readiness run found out, stage by stage. Schema `mettle.prove/1`: docs/formats.md,
// docs/schemas/prove.json. The evidence of a stage is JSON of the stage's own shape, written where
// the stage is; the report page knows the shapes.

#include "mettle/results/run_result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::results {

enum class StageVerdict { pass, fail, skipped, invalid };
enum class ProveVerdict { ready, not_ready, invalid };
std::string_view name_of(StageVerdict verdict);  // "pass"
std::string_view name_of(ProveVerdict verdict);  // "NOT READY"

struct StageResult {
    std::string name;  // cold_start, correctness, steady, capacity
    StageVerdict verdict = StageVerdict::skipped;
    std::string question;              // "How long from exec to the first right answer?"
    std::string answer;                // One sentence with the numbers, units and counts.
    std::vector<std::string> reasons;  // Why it failed, is invalid or was skipped.
    double duration_s = 0;
    std::string evidence_json = "{}";
};

struct Capacity {
    double rps_pass = 0;             // Confirmed to hold the SLO.
    std::optional<double> rps_fail;  // The lowest rate seen to break it.
    // Where a fit of all probes says that the SLO breaks; above rps_pass, which was confirmed.
    std::optional<double> rps_estimate;
    double confidence = 0.99;
    std::string binding_slo;
    std::string bottleneck;
};

struct ProveResult {
    std::string started;
    double duration_s = 0;
    Target target;
    Host host;
    std::uint64_t seed = 0;
    ProveVerdict verdict = ProveVerdict::invalid;
    std::vector<std::string> reasons;  // In order of weight.
    std::vector<std::string> slo;      // Expressions, as used.
    std::vector<StageResult> stages;
    std::optional<Capacity> capacity;
    std::vector<std::string> assumed;
    std::vector<std::string> skipped;  // "overload: the target is not on loopback"
    std::string profile;               // "strict", or the file's path.
    std::optional<double> expect_rps;  // The peak that it must carry.
    std::string headroom;              // Over that, in one sentence; empty where it is not known.
    // What differs from the production that was described, and what of it could not be compared.
    std::vector<std::string> caveats;
    std::string placement;     // Where the two sides ran, in one sentence.
    bool interrupted = false;  // Ended by the user: the report so far.
    bool target_lost = false;  // Never reached, or gone for good: exit code 4.
};

std::string to_json(const ProveResult& result);

}  // namespace mettle::results
