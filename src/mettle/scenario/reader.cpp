#include "mettle/scenario/reader.hpp"

#include "mettle/base/similar.hpp"
#include "mettle/http/url.hpp"
#include "mettle/payload/data_file.hpp"
#include "mettle/scenario/read_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace mettle::scenario {

namespace {

constexpr std::size_t kMostIncludes = 50;
constexpr std::size_t kDeepestInclude = 8;
constexpr std::size_t kMostFileBytes = std::size_t{256} << 20;

std::string folder_of(const std::string& path) {
    return path.substr(0, path.rfind('/') + 1);
}

// One file, and those that it includes before it: what it says wins.
class FileReading {
public:
    explicit FileReading(ReadContext& context) : context_(context) {}

    void read(std::string_view text, const std::string& path) {
        const int file = context_.mistakes.add_file(path);
        const YamlNode root = parse_yaml(text, file, context_.mistakes);
        open_.push_back(path);
        const std::string folder = std::exchange(context_.folder, folder_of(path));
        if (!root.is_map()) {
            if (context_.mistakes.empty())
                context_.wrong(root, "a scenario is a map with 'users' or 'tasks' in it");
        } else {
            read_root(root);
        }
        context_.folder = folder;
        open_.pop_back();
    }

private:
    void read_root(const YamlNode& root) {
        KeyReader keys(context_, root, open_.size() == 1 ? "a scenario" : "an included file");
        if (const YamlNode* include = keys.take("include")) read_includes(*include);
        keys.take("name");
        keys.take("description");
        if (const YamlNode* target = keys.take("target")) read_target(*target);
        if (const YamlNode* hosts = keys.take("hosts")) read_hosts(*hosts);
        if (const YamlNode* data = keys.take("data")) read_data(context_, *data);
        if (const YamlNode* variables = keys.take("variables")) read_variables(*variables);
        if (const YamlNode* load = keys.take("load")) read_load(context_, *load);
        if (const YamlNode* defaults = keys.take("defaults")) read_defaults(*defaults);
        Scenario& scenario = context_.scenario;
        if (const YamlNode* setup = keys.take("setup"))
            scenario.setup = read_steps(context_, *setup, false);
        if (const YamlNode* teardown = keys.take("teardown"))
            scenario.teardown = read_steps(context_, *teardown, false);
        read_classes(root, keys);
        if (const YamlNode* fail_if = keys.take("fail_if")) read_fail_if(*fail_if);
        if (const YamlNode* abort_if = keys.take("abort_if")) read_abort_if(*abort_if);
        keys.finish();
    }

    // Classes under `users`, or the keys of one at the root.
    void read_classes(const YamlNode& root, KeyReader& keys) {
        const YamlNode* users = keys.take("users");
        const YamlNode* tasks = root.find("tasks");
        if (users && tasks)
            context_.wrong(*tasks,
                           "tasks at the top belong to the only class there is: put them "
                           "into one of 'users'");
        if (users) return read_users(context_, *users);
        if (tasks) {
            UserSpec user;
            user.name = "User";
            read_user_keys(context_, keys, user, tasks->place);
            context_.scenario.users.push_back(std::move(user));
            return;
        }
        keys.take("tasks");
        keys.take("on_start");
        keys.take("wait");
    }

    void read_includes(const YamlNode& node) {
        std::vector<YamlNode> nodes = node.items;
        if (node.is_scalar()) nodes = {node};
        for (const YamlNode& each : nodes) {
            const std::string name = context_.text(each, "include");
            const std::string path = name.starts_with('/') ? name : context_.folder + name;
            if (std::ranges::find(open_, path) != open_.end()) {
                context_.wrong(each, fmt::format("{} includes itself: {} -> {}", path,
                                                 fmt::join(open_, " -> "), path));
                continue;
            }
            if (open_.size() >= kDeepestInclude || ++included_ > kMostIncludes) {
                context_.wrong(each, "more than 50 files are included, or more than 8 deep");
                continue;
            }
            if (const auto text = context_.file(each, "include")) read(*text, path);
        }
    }

    void read_target(const YamlNode& node) {
        const Template target = context_.text_template(node, "target");
        if (!target.is_static())
            return context_.wrong(node,
                                  "the target is known beforehand: only ${env:...} can "
                                  "stand in it");
        std::string_view text = target.text();
        if (text.starts_with("plain+")) text.remove_prefix(6);
        const auto url = http::parse_url(text);
        if (url)
            context_.scenario.target = text;
        else if (node.is_scalar())
            context_.wrong(node, url.error().message);
    }

    void read_hosts(const YamlNode& node) {
        std::vector<YamlNode> nodes = node.items;
        if (node.is_scalar()) nodes = {node};
        for (const YamlNode& each : nodes) {
            const auto url = http::parse_url(context_.text(each, "hosts"));
            if (url)
                context_.scenario.hosts.push_back(url->origin());
            else
                context_.wrong(each, url.error().message);
        }
    }

    void read_variables(const YamlNode& node) {
        if (!node.is_map())
            return context_.wrong(node,
                                  fmt::format("variables is a map, not {}", node.kind_name()));
        auto& variables = context_.scenario.variables;
        for (const YamlEntry& entry : node.entries) {
            if (!context_.variable_name(entry.key, entry.place)) continue;
            Template value = context_.value_template(entry.value, entry.key);
            if (value.needs_answer())
                context_.wrong(entry.value, "there is no answer yet when variables begin");
            const std::uint32_t number = context_.scenario.symbols.define(entry.key);
            std::erase_if(variables, [&](const auto& other) { return other.first == number; });
            variables.emplace_back(number, std::move(value));
        }
    }

    void read_defaults(const YamlNode& node) {
        KeyReader keys(context_, node, "defaults");
        RequestDefaults& defaults = context_.defaults;
        auto& headers = context_.scenario.headers;
        if (const YamlNode* list = keys.take("headers"))
            for (HeaderText& header : read_headers(context_, *list))
                headers.push_back(std::move(header));
        if (const YamlNode* auth = keys.take("auth")) headers.push_back(read_auth(context_, *auth));
        if (const YamlNode* timeout = keys.take("timeout")) {
            defaults.timeout = context_.duration(*timeout, "timeout").value_or(Duration::zero());
            if (defaults.timeout == Duration::zero())
                context_.wrong(*timeout, "a timeout is above 0");
        }
        if (const YamlNode* follow = keys.take("follow_redirects"))
            defaults.follow_redirects = context_.truth(*follow, "follow_redirects");
        if (const YamlNode* checks = keys.take("checks"))
            defaults.checks = read_checks(context_, *checks);
        keys.finish();
    }

    void read_fail_if(const YamlNode& node) {
        read_list(node, "fail_if", [&](const YamlNode& each) {
            auto expression = results::parse_expression(context_.text(each, "fail_if"),
                                                        results::OwnMetrics::taken);
            if (!expression) return context_.wrong(each, expression.error().message);
            note_expression(each, *expression);
            context_.scenario.fail_if.push_back(std::move(*expression));
        });
    }

    void read_abort_if(const YamlNode& node) {
        read_list(node, "abort_if", [&](const YamlNode& each) {
            auto lasting = results::parse_lasting_expression(context_.text(each, "abort_if"),
                                                             results::OwnMetrics::taken);
            if (!lasting) return context_.wrong(each, lasting.error().message);
            note_expression(each, lasting->expression);
            context_.scenario.abort_if.push_back(std::move(*lasting));
        });
    }

    void note_expression(const YamlNode& node, const results::Expression& expression) {
        if (results::is_own_metric(expression))
            context_.about_metrics.emplace_back(node.place, expression);
    }

    template <typename Read>
    void read_list(const YamlNode& node, std::string_view what, Read read) {
        if (node.is_scalar()) return read(node);
        if (!node.is_list())
            return context_.wrong(node,
                                  fmt::format("{} is a list, not {}", what, node.kind_name()));
        for (const YamlNode& each : node.items) read(each);
    }

    ReadContext& context_;
    std::vector<std::string> open_;  // The files that are being read, each included by the last.
    std::size_t included_ = 0;
};

void check_mentions(const Scenario& scenario, Mistakes& mistakes) {
    const Symbols& symbols = scenario.symbols;
    for (const Symbols::Mention& mention : symbols.mentions()) {
        if (symbols.is_defined(mention.variable, mention.scope)) continue;
        if (mistakes.is_full()) {
            mistakes.add(mention.place, "");  // Only counted: no need to look for what was meant.
            continue;
        }
        const std::string& name = symbols.variables()[mention.variable];
        std::vector<std::string> others, classes;
        for (std::uint32_t other = 0; other < symbols.variables().size(); ++other)
            if (symbols.is_defined(other, mention.scope))
                others.push_back(symbols.variables()[other]);
        for (std::size_t index = 0; index < scenario.users.size(); ++index)
            if (symbols.is_defined(mention.variable, static_cast<int>(index)))
                classes.push_back(scenario.users[index].name);
        const std::string similar = most_similar(name, others);
        std::string hint = "set it under 'variables', with 'set' or with 'extract'";
        if (!classes.empty())
            hint = fmt::format("only users of {} have it", fmt::join(classes, ", "));
        else if (!similar.empty())
            hint = fmt::format("did you mean '{}'?", similar);
        mistakes.add(mention.place, fmt::format("there is no variable '{}'; {}", name, hint));
    }
}

void check_metrics(const ReadContext& context) {
    for (const auto& [place, expression] : context.about_metrics) {
        const auto is_it = [&](const auto& metric) {
            return results::is_about(expression, metric.first, metric.second);
        };
        if (std::ranges::any_of(context.metrics, is_it)) continue;
        std::vector<std::string> names;
        for (const auto& [name, unit] : context.metrics) names.push_back(name);
        const std::string similar = most_similar(expression.metric, names);
        context.mistakes.add(
            place,
            fmt::format("there is no metric '{}'; {}", expression.metric,
                        similar.empty() ? "docs/load.md names those that every load has, and "
                                          "a step 'metric' makes one"
                                        : fmt::format("did you mean '{}'?", similar)));
    }
}

void check_users(const Scenario& scenario, Mistakes& mistakes) {
    if (scenario.users.empty()) {
        if (mistakes.empty())
            mistakes.add({0, 1, 1}, "there are no users: give 'users' or 'tasks'");
        return;
    }
    const bool none = std::ranges::all_of(scenario.users, [](const UserSpec& user) {
        return user.weight <= 0 && user.fixed_count <= 0;
    });
    if (none)
        mistakes.add(scenario.users.front().place,
                     "all user classes have the weight 0: there would be no users");
}

}  // namespace

ReadOptions real_files() {
    ReadOptions options;
    options.environment = [](const std::string& name) -> const char* {
        return std::getenv(name.c_str());
    };
    options.read_file = [](const std::string& path) {
        return payload::read_whole_file(path, kMostFileBytes);
    };
    return options;
}

Scenario read_scenario(std::string_view text, const std::string& path, const ReadOptions& options,
                       Mistakes& mistakes) {
    Scenario scenario;
    scenario.file = path;
    ReadContext context(scenario, mistakes, options);
    FileReading(context).read(text, path);
    check_users(scenario, mistakes);
    check_mentions(scenario, mistakes);
    check_metrics(context);
    resolve_columns(context);
    return scenario;
}

Result<Scenario> load_scenario(const std::string& path) {
    const auto text = payload::read_whole_file(path, kMostFileBytes);
    if (!text) return std::unexpected(text.error());
    Mistakes mistakes;
    Scenario scenario = read_scenario(*text, path, real_files(), mistakes);
    if (mistakes.empty()) return scenario;
    return fail(Error::Kind::invalid_input, mistakes.to_string());
}

}  // namespace mettle::scenario
