#pragma once

#include "mettle/cli/history_options.hpp"
#include "mettle/prove/options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mettle::cli {

// What `mettle prove` was asked for.
struct ProveFlags {
    prove::ProveOptions options;
    std::vector<std::string> outputs;
    HistoryOptions history;
    bool plan_only = false;
    bool init_profile = false;  // Print it, and do nothing.
};

// Nothing when --help or --version was asked for and has been printed. Throws StartupError for
// what is wrong.
std::optional<ProveFlags> parse_prove_flags(int argc, char** argv);

}  // namespace mettle::cli
