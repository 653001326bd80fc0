#pragma once

// What users do where paths need ids that the service gives out itself: one request an iteration,
// as in a load that is only a list of tasks, with ids that earlier answers brought. Each worker
// learns its own. A user whose task needs an id while there is none sends one that can teach it.

#include "mettle/load/behaviour.hpp"
#include "mettle/load/wait_time.hpp"
#include "mettle/protocols/openapi/learning_tasks.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace mettle::protocols::openapi {

struct ProgramSetup {
    // Where this many answers of those that should teach an id had none, the ids that are in the
    // prepared requests are sent instead.
    static constexpr int kPatience = 16;

    std::vector<LearningTask> tasks;
    Lessons lessons;      // Of these tasks.
    load::WaitTime wait;  // Between iterations.
    std::uint64_t seed = 1;
};

std::shared_ptr<const load::Program> make_program(ProgramSetup setup);

}  // namespace mettle::protocols::openapi
