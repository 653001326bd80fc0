#pragma once

// The tasks of a load whose paths get ids as it goes: requests cut open where an id is put.

#include "mettle/http/url.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/protocols/openapi/lessons.hpp"
#include "mettle/protocols/task.hpp"

#include <cstddef>
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

// `bytes` as wire_bytes() gives them; the path has at least that many segments, of which an id is
// the last. Nothing changes where it has fewer.
void cut_at_id(LearningRequest& request, std::string_view bytes, std::string_view target,
               std::size_t segments);

// `base_path` as the document has it: ahead of the paths of the lessons.
std::vector<LearningTask> make_learning_tasks(const std::vector<Task>& tasks,
                                              const Lessons& lessons, std::string_view base_path,
                                              const http::Url& url, const HttpOptions& options);

}  // namespace mettle::protocols::openapi
