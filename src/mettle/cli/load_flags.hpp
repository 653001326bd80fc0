#pragma once

// The flags of `mettle load`, by their groups in its help. All read into `options`, which must
// outlive `flags`; what contradicts what is for load_checks.hpp.

#include "mettle/cli/flags.hpp"
#include "mettle/cli/load_options.hpp"

#include <string>

namespace mettle::cli {

void add_load_flags(Flags& flags, LoadOptions& options);     // How much.
void add_payload_flags(Flags& flags, LoadOptions& options);  // What to send.
void add_user_flags(Flags& flags, LoadOptions& options);     // Which users.
void add_scenario_flags(Flags& flags, LoadOptions& options, std::string& scenario);
void add_show_flags(Flags& flags, LoadOptions& options);  // What would be sent.
void add_manner_flags(Flags& flags, LoadOptions& options);
void add_result_flags(Flags& flags, LoadOptions& options);

}  // namespace mettle::cli
