#pragma once

// Reads a scenario from YAML. docs/scenarios.md is the language, docs/schemas/scenario.json its
// schema. Whatever can be known to be wrong is found here: before a request is sent, with file,
// line and column, several mistakes at once.

#include "mettle/scenario/document.hpp"
#include "mettle/schema/place.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace mettle::scenario {

// Where files come from, for includes, data and bodies. Error: cannot be read.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

struct ReadOptions {
    Environment environment;
    FileReader read_file;
};
// Of the process and the disk; files of up to 256 MiB.
ReadOptions real_files();

// `path` is for messages and for files beside it. Where `mistakes` are added the scenario must not
// be used.
Scenario read_scenario(std::string_view text, const std::string& path, const ReadOptions& options,
                       Mistakes& mistakes);

// The same from the disk. Error: all the mistakes, a line each.
Result<Scenario> load_scenario(const std::string& path);

}  // namespace mettle::scenario
