#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"

namespace mettle {

// What the index links to.
struct IndexLinks {
    bool v2 = true;
    bool predict = true;
    bool metrics = true;
};

// GET /: the server and its models as JSON; who prefers HTML, as browsers do, gets a bare list. The
// repository must outlive the app.
void add_index_route(app::App& app, const ModelRepository& repository, const IndexLinks& links);

}  // namespace mettle
