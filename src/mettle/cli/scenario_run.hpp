#pragma once

#include "mettle/cli/load_options.hpp"
#include "mettle/cli/load_setup.hpp"

#include <stop_token>

namespace mettle::cli {

// Runs options.scenario: its setup, the load, its teardown; or only says what would run. Gives back
// the exit code. Throws StartupError before the load begins.
int run_scenario(const LoadOptions& options, std::stop_source& stop);

// What its users send, for who runs the load himself. Throws StartupError for what is wrong, and
// for a scenario with a setup or a teardown.
LoadRequests make_scenario_requests(const LoadOptions& options);

}  // namespace mettle::cli
