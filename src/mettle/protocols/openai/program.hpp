#pragma once

// What users do at an OpenAI-style endpoint: one prompt an iteration, whose answer is measured in
// the run's own metrics: ttft and itl (ms, of streams: from the due time to the first token, and
// between the next), tokens and prompt_tokens (counts), request_tokens_per_s (of streams, from the
// first token to the last).

#include "mettle/load/behaviour.hpp"
#include "mettle/load/names.hpp"
#include "mettle/load/runner.hpp"

#include <memory>
#include <vector>

namespace mettle::protocols::openai {

struct ProgramSetup {
    std::vector<load::PlanTask> tasks;  // As the plan has them.
    bool stream = false;
    load::WaitTime wait;  // Between iterations.
    std::uint64_t seed = 1;
};

// Adds the metrics to `names`, which the plan must have.
std::shared_ptr<const load::Program> make_program(const ProgramSetup& setup, load::Names& names);

}  // namespace mettle::protocols::openai
