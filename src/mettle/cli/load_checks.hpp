#pragma once

// Which flags of a load contradict each other, and what those that were given say together.

#include "mettle/cli/flags.hpp"
#include "mettle/cli/load_options.hpp"

#include <string>

namespace mettle::cli {

// Throws StartupError with the sentence.
void refuse(bool contradiction, const std::string& sentence);

// Settles what several flags say in `options`, whose target is known. Throws StartupError.
void check(const Flags& flags, LoadOptions& options);
// Of a load without a scenario.
void check_no_users(const Flags& flags);

}  // namespace mettle::cli
