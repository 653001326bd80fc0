#pragma once

#include "mettle/cli/ab_comparison.hpp"
#include "mettle/cli/history_options.hpp"
#include "mettle/cli/load_options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mettle::cli {

// What `mettle compare` was asked for: stored results, or two sides to be measured.
struct CompareFlags {
    bool measures() const { return !urls.empty() || !commands.empty(); }

    std::vector<std::string> baseline, changed;  // Stored.
    std::vector<std::string> urls, commands;     // Two each, or none.
    std::string command_url = "http://127.0.0.1:{port}";
    AbOptions ab;
    bool inconclusive_passes = false;
    std::vector<std::string> outputs;
    HistoryOptions history;
};

// What a load is to be against one URL, as the flags say it. Throws StartupError.
using SettleLoad = AbSide::Settle;

struct ParsedCompare {
    CompareFlags flags;
    SettleLoad settle;
};

// Nothing when --help or --version was asked for and has been printed. Throws StartupError for what
// is wrong.
std::optional<ParsedCompare> parse_compare_flags(int argc, char** argv);

}  // namespace mettle::cli
