#pragma once

#include "mettle/prove/observer.hpp"
#include "mettle/prove/options.hpp"
#include "mettle/prove/plan.hpp"
#include "mettle/results/prove_result.hpp"

#include <stop_token>

namespace mettle::prove {

// Runs the stages of the plan and concludes. Blocks; call it from a thread that outlives it, since
// a server that it starts dies with that thread. Throws StartupError before anything was loaded: a
// model that cannot be served, a target that cannot be reached or is not understood, a flag that
// does not fit it. Ends early and with the report so far when `stop` is requested.
results::ProveResult prove(const ProveOptions& options, const Plan& plan, Observer& observer,
                           std::stop_token stop);

}  // namespace mettle::prove
