#pragma once

// Where results are kept: flags that load, prove, compare and runs share.

#include "mettle/history/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mettle::cli {

class Flags;

struct HistoryOptions {
    std::string folder;  // Empty: history::default_folder().
    bool off = false;
};

// `options` must outlive the flags.
void add_history_flags(Flags& flags, HistoryOptions& options);

// Keeps a result and says under which id. What goes wrong is only told: the verdict stands.
void keep_result(const HistoryOptions& options, std::string_view json);

// Throws StartupError where there is none.
history::Store open_history(const HistoryOptions& options);

// With "@TAG" and ids of kept runs as the files that they are; what exists as a file is one.
std::vector<std::string> resolve_kept(const HistoryOptions& options,
                                      const std::vector<std::string>& names);

}  // namespace mettle::cli
