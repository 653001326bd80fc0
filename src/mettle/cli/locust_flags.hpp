#pragma once

// Flags of Locust that are not offered get a sentence of their own.

#include "mettle/cli/flags.hpp"

#include <string>
#include <string_view>

namespace mettle::cli {

// What to say to a flag that Locust has and we do not; empty for others.
std::string answer_to_locust_flag(std::string_view name);

// Throws StartupError with the answer to the first of them that the command line has.
void answer_locust_flags(Flags& flags, int argc, char** argv);

}  // namespace mettle::cli
