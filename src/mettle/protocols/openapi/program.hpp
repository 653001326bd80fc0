#pragma once

// What users do where paths need ids that the service gives out itself: one request an iteration,
// as in a load that is only a list of tasks, with ids that earlier answers brought. Each worker
// learns its own. A user whose task needs an id while there is none sends one that can teach it.

#include "mettle/http/url.hpp"
#include "mettle/load/behaviour.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/protocols/openapi/lessons.hpp"
#include "mettle/protocols/task.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::openapi {

// A request as it goes over the wire, and where an id goes.
struct LearningRequest {
    // Without query. The answer's ids are of members of this.
    std::string path;
    // The bytes before and behind the path of the item, "/items/5". Both empty: sent as prepared.
    std::string before, behind;
    std::size_t path_behind = 0;  // So much of `behind` is still path: "/parts" of "/parts?a=1".
    bool is_head = false;
};

struct LearningTask {
    load::PlanTask plan;
    std::vector<LearningRequest> requests;  // As the prepared ones.
};

struct ProgramSetup {
    // Where this many answers of those that should teach an id had none, the ids that are in the
    // prepared requests are sent instead.
    static constexpr int kPatience = 16;

    std::vector<LearningTask> tasks;
    Lessons lessons;      // Of these tasks.
    load::WaitTime wait;  // Between iterations.
    std::uint64_t seed = 1;
};

// `bytes` as wire_bytes() gives them; the path has at least that many segments, of which an id is
// the last. Nothing changes where it has fewer.
void cut_at_id(LearningRequest& request, std::string_view bytes, std::string_view target,
               std::size_t segments);

// `base_path` as the document has it: ahead of the paths of the lessons.
std::vector<LearningTask> make_learning_tasks(const std::vector<Task>& tasks,
                                              const Lessons& lessons, std::string_view base_path,
                                              const http::Url& url, const HttpOptions& options);

std::shared_ptr<const load::Program> make_program(ProgramSetup setup);

}  // namespace mettle::protocols::openapi
