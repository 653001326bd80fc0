#pragma once

#include "mettle/cli/load_options.hpp"

#include <stop_token>

namespace mettle::cli {

// Runs options.scenario: its setup, the load, its teardown; or only says what would run. Gives back
// the exit code. Throws StartupError before the load begins.
int run_scenario(const LoadOptions& options, std::stop_source& stop);

}  // namespace mettle::cli
