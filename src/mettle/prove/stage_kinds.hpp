#pragma once

// The kinds of stages, each with all that plan, prover and help need to know of it. A new stage is
// a name, a line in this table and a function in a file of its own.

#include "mettle/base/result.hpp"
#include "mettle/prove/options.hpp"
#include "mettle/prove/profile.hpp"
#include "mettle/results/prove_result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mettle::prove {

class Bench;
class RateSearch;

enum class StageName { cold_start, correctness, steady, capacity, payload, overload, soak };

// What the stages of one readiness run share and hand on.
struct StageContext {
    Bench& bench;
    RateSearch& search;  // Remembers what it found for the stages after it.
    std::optional<results::Capacity>& capacity;
    const ProveOptions& options;
};

struct StageKind {
    StageName stage = StageName::cold_start;
    std::string_view name;      // "cold_start": of --stages-only and of the result
    std::string_view question;  // That it answers.
    Duration (*expected)(const ProveOptions&, const Profile&) = nullptr;
    // Why it can't or must not run, known before anything is sent; empty: it will.
    std::string (*why_not)(const ProveOptions&) = nullptr;
    results::StageResult (*run)(StageContext&) = nullptr;
    bool repeats_itself = false;  // It deals with its own invalid runs.
};

// In the order in which they run.
std::span<const StageKind> stage_kinds();
const StageKind& kind_of(StageName stage);
inline std::string_view name_of(StageName stage) {
    return kind_of(stage).name;
}
inline std::string_view question_of(StageName stage) {
    return kind_of(stage).question;
}
Result<StageName> stage_named(std::string_view name);
// "cold_start,correctness,…": for help and messages.
std::string stage_names();

}  // namespace mettle::prove
