#pragma once

// What a scenario file adds to the flags of `mettle load`: flags win.

#include "mettle/cli/flags.hpp"
#include "mettle/cli/load_options.hpp"

#include <string>
#include <vector>

namespace mettle::cli {

// Which of the command line's plain words is what.
struct LoadWords {
    std::string target;    // A URL.
    std::string scenario;  // A file that ends in .yaml or .yml.
    std::vector<std::string> classes;
};
// Throws StartupError for more than one URL or file, or a class without a scenario.
LoadWords sort_words(const std::vector<std::string>& words, const std::string& scenario_flag);

// Reads the file into `options.scenario` and takes from it what no flag says. Gives the target that
// the file names, where there is one. Throws StartupError with all that is wrong in it.
std::string apply_scenario(const Flags& flags, const std::string& path, LoadOptions& options);

}  // namespace mettle::cli
