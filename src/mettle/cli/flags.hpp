#pragma once

// Flags of a verb, on CLI11: each can also come from a METTLE_… variable of the environment or from
// a YAML file given with --config. The flag wins over the environment, that over the file, that
// over the default.

#include "mettle/base/result.hpp"
#include "mettle/base/similar.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::cli {

class Flags {
public:
    // Adds --help, --version and --config.
    Flags(std::string verb, const std::string& what);

    // Where options are added, each with its group and help.
    CLI::App& app() { return app_; }

    // An option whose text one of our parsers reads: `take` gives back what was wrong.
    using Take = std::function<Result<void>(const std::string&)>;
    CLI::Option* add(const std::string& names, Take take, const std::string& help,
                     const std::string& shown_default = "");

    // The same, repeatable: `take` gets each value.
    CLI::Option* add_list(const std::string& names, Take take, const std::string& help,
                          const std::string& shown_default = "");

    // False when --help or --version was asked for and has been printed. Throws StartupError for
    // what is wrong, with what would be right: an unknown flag gets the most similar one.
    bool parse(int argc, char** argv);

    // By flag, environment or file; false for flags that the verb does not have.
    bool given(const std::string& name) const {
        const CLI::Option* option = app_.get_option_no_throw(name);
        return option != nullptr && option->count() > 0;
    }

private:
    std::string verb_;
    CLI::App app_;
    std::string config_;
};

// "METTLE_SPAWN_RATE" for "spawn-rate".
std::string environment_name(std::string_view flag);

// The arguments that the environment and a YAML document add for options that `arguments` do not
// give. Pure but for `environment`. Throws StartupError for unknown keys and wrong kinds of value.
using Environment = std::function<const char*(const std::string& name)>;
std::vector<std::string> added_arguments(const CLI::App& app,
                                         const std::vector<std::string>& arguments,
                                         const Environment& environment,
                                         const std::string& yaml_text,
                                         const std::string& yaml_name);

using mettle::most_similar;

}  // namespace mettle::cli
