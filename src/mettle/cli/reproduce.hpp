#pragma once

#include "mettle/cli/load_setup.hpp"

namespace mettle::cli {

// Sends the payload of --reproduce once and prints request and answer in full on standard output.
// The exit code: passed when the answer is right, else failed. Throws StartupError when there is no
// such payload or no answer.
int reproduce(const LoadOptions& options, const LoadRequests& requests);

}  // namespace mettle::cli
