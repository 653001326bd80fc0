#pragma once

#include "mettle/cli/load_options.hpp"
#include "mettle/cli/load_setup.hpp"

#include <stop_token>

namespace mettle::cli {

// Plans, sends the first request, runs, prints and writes the results; gives back the exit code.
// Throws StartupError before the load begins.
int run_load(const LoadOptions& options, const LoadRequests& requests, std::stop_source& stop);

}  // namespace mettle::cli
