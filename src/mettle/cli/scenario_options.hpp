#pragma once

// What a scenario file adds to the flags of `mettle load`: flags win.

#include "mettle/base/exit_code.hpp"
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

// What --config-users and --equal-weights say, for users of a scenario or those in C++. Throws
// StartupError.
template <typename User>
void apply_to_users(const LoadOptions& options, std::vector<User>& users) {
    for (const scenario::UserSettings& settings : options.user_settings) {
        if (const auto applied = scenario::apply_settings(settings, users); !applied)
            throw StartupError("--config-users: " + applied.error().message);
    }
    if (options.equal_weights) scenario::equal_weights(users);
}

}  // namespace mettle::cli
