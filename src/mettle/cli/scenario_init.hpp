#pragma once

#include "mettle/cli/load_options.hpp"

namespace mettle::cli {

// Prints a scenario to begin with: of what would be sent to the target without one, of a command of
// curl or of a recording. Gives back the exit code; throws StartupError for what cannot be read.
int write_new_scenario(const LoadOptions& options);

}  // namespace mettle::cli
