#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository_keeper.hpp"

#include <functional>

namespace mettle {

// For the keeper, which calls it on a thread of its own: `answer`, which sends, runs on the
// connection's, which the exchange never leaves.
RepositoryKeeper::Done on_connection(
    app::Context& context, std::function<void(http::Exchange&, const Result<void>&)> answer);

}  // namespace mettle
