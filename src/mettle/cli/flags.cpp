#include "mettle/cli/flags.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/base/version.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

namespace mettle::cli {

namespace {

// Defaults behind the descriptions, where they can be read.
class HelpFormatter final : public CLI::Formatter {
public:
    HelpFormatter() { column_width(30); }

    std::string make_option_opts(const CLI::Option* option) const override {
        if (option->get_items_expected_max() == 0) return "";
        const std::string type = option->get_type_name();
        return type.empty() || type == "TEXT" ? " VALUE" : " " + type;
    }
    std::string make_option_desc(const CLI::Option* option) const override {
        const std::string shown = option->get_default_str();
        return option->get_description() + (shown.empty() ? "" : " (default: " + shown + ")");
    }
};

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> long_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back(name);
    }
    return names;
}

// "-u", "-u16", "--users", "--users=16"
bool is_given(const CLI::Option& option, const std::vector<std::string>& arguments) {
    return std::ranges::any_of(arguments, [&](const std::string& argument) {
        if (argument.starts_with("--")) {
            const std::string name = argument.substr(2, argument.find('=') - 2);
            return contains(option.get_lnames(), name);
        }
        return argument.size() > 1 && argument[0] == '-' &&
               contains(option.get_snames(), argument.substr(1, 1));
    });
}

bool is_switch(const CLI::Option& option) {
    return option.get_items_expected_max() == 0;
}

bool takes_several(const CLI::Option& option) {
    return option.get_items_expected_max() > 1;
}

bool truth(const std::string& text, const std::string& where) {
    for (const std::string_view yes : {"1", "true", "yes", "on"}) {
        if (text == yes) return true;
    }
    for (const std::string_view no : {"0", "false", "no", "off", ""}) {
        if (text == no) return false;
    }
    throw StartupError(fmt::format("{}: '{}' is neither true nor false", where, text));
}

// One token, so that a value that begins with a dash is a value.
void append(std::vector<std::string>& arguments, const CLI::Option& option, const std::string& text,
            const std::string& where) {
    const std::string flag = "--" + option.get_lnames().front();
    if (is_switch(option)) {
        if (truth(text, where)) arguments.push_back(flag);
    } else {
        arguments.push_back(flag + "=" + text);
    }
}

// Several values stand on lines of their own.
void append_from_environment(std::vector<std::string>& arguments, const CLI::Option& option,
                             const std::string& text, const std::string& where) {
    if (!takes_several(option)) return append(arguments, option, text, where);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) append(arguments, option, line, where);
}

void append_from_yaml(std::vector<std::string>& arguments, const CLI::Option& option,
                      const YAML::Node& node, const std::string& where) {
    if (node.IsNull()) return;
    if (node.IsScalar()) return append(arguments, option, node.Scalar(), where);
    if (!node.IsSequence() || !takes_several(option))
        throw StartupError(
            fmt::format("{} takes {}", where,
                        takes_several(option) ? "a value or a list of values" : "one value"));
    for (const YAML::Node& item : node) {
        if (!item.IsScalar()) throw StartupError(fmt::format("{} takes plain values", where));
        append(arguments, option, item.Scalar(), where);
    }
}

// Keys as the flags' long names, with dashes or underscores.
std::map<std::string, YAML::Node> read_yaml(const CLI::App& app, const std::string& text,
                                            const std::string& file) {
    std::map<std::string, YAML::Node> values;
    if (text.empty()) return values;
    YAML::Node root;
    try {
        root = YAML::Load(text);
    } catch (const YAML::Exception& error) {
        throw StartupError(fmt::format("{}:{}:{}: {}", file, error.mark.line + 1,
                                       error.mark.column + 1, error.msg));
    }
    if (root.IsNull()) return values;
    if (!root.IsMap()) throw StartupError(fmt::format("{}: write flags as 'name: value'", file));
    const std::vector<std::string> names = long_names(app);
    for (const auto& entry : root) {
        std::string key = entry.first.as<std::string>("");
        std::ranges::replace(key, '_', '-');
        if (!contains(names, key)) {
            const std::string similar = most_similar(key, names);
            throw StartupError(fmt::format(
                "{}:{}: there is no flag '{}'{}", file, entry.first.Mark().line + 1, key,
                similar.empty() ? "" : fmt::format("; did you mean '{}'?", similar)));
        }
        values[key] = entry.second;
    }
    return values;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    if (!file || !(text << file.rdbuf()))
        throw StartupError(fmt::format("--config: {} cannot be read", path));
    return text.str();
}

// The value of --config among the arguments, else of METTLE_CONFIG.
std::string config_path(const std::vector<std::string>& arguments) {
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        if (arguments[at].starts_with("--config=")) return arguments[at].substr(9);
        if (arguments[at] == "--config" && at + 1 < arguments.size()) return arguments[at + 1];
    }
    const char* from_environment = std::getenv("METTLE_CONFIG");
    return from_environment ? from_environment : "";
}

}  // namespace

std::string environment_name(std::string_view flag) {
    std::string name = "METTLE_";
    for (const char character : flag)
        name += character == '-' ? '_' : static_cast<char>(std::toupper(character));
    return name;
}

std::vector<std::string> added_arguments(const CLI::App& app,
                                         const std::vector<std::string>& arguments,
                                         const Environment& environment,
                                         const std::string& yaml_text,
                                         const std::string& yaml_name) {
    const auto values = read_yaml(app, yaml_text, yaml_name);
    std::vector<std::string> added;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_lnames().empty() || is_given(*option, arguments)) continue;
        const std::string name = option->get_lnames().front();
        if (name == "help" || name == "version" || name == "config") continue;
        const std::string variable = environment_name(name);
        if (const char* text = environment(variable)) {
            append_from_environment(added, *option, text, variable);
        } else if (const auto found = values.find(name); found != values.end()) {
            append_from_yaml(added, *option, found->second, fmt::format("{}: {}", yaml_name, name));
        }
    }
    return added;
}

Flags::Flags(std::string verb, const std::string& what)
    : verb_(std::move(verb)), app_(what, "mettle " + verb_) {
    app_.set_help_flag("-h,--help", "show this help and exit");
    app_.set_version_flag("-V,--version", fmt::format("mettle {} ({})", version(), git_commit()));
    app_.add_option("--config", config_, "YAML file with flags, as 'name: value'")
        ->type_name("FILE");
    app_.formatter(std::make_shared<HelpFormatter>());
    app_.get_formatter()->label("TEXT", "");
    app_.allow_extras();
    app_.footer(
        "Each flag can come from the environment (METTLE_SPAWN_RATE for --spawn-rate) or "
        "from --config FILE;\nthe flag wins over the environment, and that over the file.");
}

namespace {

// What `take` finds wrong, with the flag's name.
void take_or_throw(const Flags::Take& take, const std::string& names, const std::string& text) {
    if (const auto taken = take(text); !taken) {
        const std::string flag = names.substr(names.rfind("--"));
        throw StartupError(fmt::format("{}: {}", flag, taken.error().message));
    }
}

}  // namespace

CLI::Option* Flags::add(const std::string& names, Take take, const std::string& help,
                        const std::string& shown_default) {
    const auto read = [take = std::move(take), names](const std::string& text) {
        take_or_throw(take, names, text);
    };
    CLI::Option* option = app_.add_option_function<std::string>(names, read, help);
    if (!shown_default.empty()) option->default_str(shown_default);
    return option;
}

CLI::Option* Flags::add_list(const std::string& names, Take take, const std::string& help,
                             const std::string& shown_default) {
    const auto read = [take = std::move(take), names](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) take_or_throw(take, names, text);
    };
    CLI::Option* option = app_.add_option_function<std::vector<std::string>>(names, read, help);
    option->allow_extra_args(false)->type_size(1);
    if (!shown_default.empty()) option->default_str(shown_default);
    return option;
}

bool Flags::parse(int argc, char** argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string config = config_path(arguments);
    const auto environment = [](const std::string& name) { return std::getenv(name.c_str()); };
    auto all = added_arguments(app_, arguments, environment,
                               config.empty() ? "" : read_file(config), config);
    all.insert(all.begin(), arguments.begin(), arguments.end());
    std::ranges::reverse(all);  // As CLI11 wants them.
    try {
        app_.parse(std::move(all));
    } catch (const CLI::Success& done) {  // Help or version.
        app_.exit(done);
        return false;
    } catch (const CLI::ParseError& error) {
        throw StartupError(error.what());
    }
    for (const std::string& extra : app_.remaining()) {
        if (!extra.starts_with('-'))
            throw StartupError(fmt::format("'{}' is one argument too many", extra));
        const std::string name = extra.substr(extra.find_first_not_of('-'));
        const std::string similar = most_similar(name.substr(0, name.find('=')), long_names(app_));
        throw StartupError(fmt::format(
            "there is no flag {}{}; mettle {} --help lists them", extra.substr(0, extra.find('=')),
            similar.empty() ? "" : fmt::format("; did you mean --{}?", similar), verb_));
    }
    return true;
}

}  // namespace mettle::cli
