#include "mettle/prove/verdict.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mettle::prove {
namespace {

using results::ProveVerdict;
using results::StageResult;
using results::StageVerdict;

bool any(const results::ProveResult& result, StageVerdict verdict) {
    return std::ranges::find(result.stages, verdict, &StageResult::verdict) != result.stages.end();
}

void add_reasons(const results::ProveResult& result, StageVerdict verdict,
                 std::vector<std::string>& reasons) {
    for (const StageResult& stage : result.stages) {
        if (stage.verdict != verdict) continue;
        for (const std::string& reason : stage.reasons)
            reasons.push_back(fmt::format("{}: {}", stage.name, reason));
        if (stage.reasons.empty()) reasons.push_back(stage.name + ": " + stage.answer);
    }
}

// Over the expected peak, of what was confirmed.
std::string headroom_of(const results::ProveResult& result) {
    if (!result.expect_rps || !result.capacity) return "";
    const double carried = result.capacity->rps_pass, expected = *result.expect_rps;
    const double over = carried / expected - 1;
    return fmt::format("{} rps are confirmed, {:.2f} times the {} rps expected: {:.0f} % {}",
                       format_rate(carried), carried / expected, format_rate(expected),
                       100 * std::abs(over), over < 0 ? "short" : "of headroom");
}

}  // namespace

void conclude(results::ProveResult& result) {
    result.skipped.clear();
    result.headroom = headroom_of(result);
    for (const StageResult& stage : result.stages) {
        if (stage.verdict == StageVerdict::skipped)
            result.skipped.push_back(fmt::format("{}: {}", stage.name, stage.answer));
    }
    // A failure weighs more than a doubt.
    add_reasons(result, StageVerdict::fail, result.reasons);
    add_reasons(result, StageVerdict::invalid, result.reasons);
    if (result.target_lost)
        result.reasons.insert(result.reasons.begin(), "the target went away and did not come back");
    if (result.interrupted) result.reasons.insert(result.reasons.begin(), "interrupted");
    if (result.interrupted) {
        result.verdict = ProveVerdict::invalid;
    } else if (any(result, StageVerdict::fail) || result.target_lost) {
        result.verdict = ProveVerdict::not_ready;
    } else if (any(result, StageVerdict::invalid) || !any(result, StageVerdict::pass)) {
        result.verdict = ProveVerdict::invalid;
    } else {
        result.verdict = ProveVerdict::ready;
    }
}

ExitCode exit_code_of(const results::ProveResult& result) {
    if (result.interrupted) return ExitCode::no_verdict;
    if (result.target_lost) return ExitCode::unreachable;
    switch (result.verdict) {
        case ProveVerdict::ready:
            return ExitCode::passed;
        case ProveVerdict::not_ready:
            return ExitCode::failed;
        case ProveVerdict::invalid:
            return ExitCode::no_verdict;
    }
    return ExitCode::no_verdict;
}

}  // namespace mettle::prove
