#include "mettle/cli/load_main.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/load_messages.hpp"
#include "mettle/cli/load_run.hpp"
#include "mettle/cli/scenario_options.hpp"
#include "mettle/cli/stop_signals.hpp"
#include "mettle/cli/task_ratio.hpp"
#include "mettle/scenario/user_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>

namespace mettle::cli {

namespace {

// Those that the command line names; all, where it names none.
void choose_users(std::vector<scenario::UserKind>& users, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (std::ranges::find(users, name, &scenario::UserKind::name) != users.end()) continue;
        std::vector<std::string> known;
        for (const auto& user : users) known.push_back(user.name);
        throw StartupError(fmt::format("there is no user class '{}'; this program has {}", name,
                                       fmt::join(known, ", ")));
    }
    if (names.empty()) return;
    std::erase_if(users, [&](const scenario::UserKind& user) {
        return std::ranges::find(names, user.name) == names.end();
    });
}

// For --list and --show-task-ratio.
int show_users(const LoadOptions& options, const std::vector<scenario::UserKind>& users) {
    if (options.list_users) {
        fmt::print("Available Users:\n");
        for (const scenario::UserKind& user : users) fmt::print("    {}\n", user.name);
    }
    std::vector<ClassTasks> classes;
    for (const scenario::UserKind& user : users) {
        ClassTasks& shown = classes.emplace_back(user.name, user.weight, user.fixed_count);
        const std::vector<double> visited = visits(user.moves);
        for (std::size_t index = 0; index < user.tasks.size(); ++index) {
            const double weight = user.sequential          ? 1
                                  : index < visited.size() ? visited[index]
                                                           : user.tasks[index].weight;
            shown.tasks.emplace_back(user.tasks[index].name, weight);
        }
    }
    const int count = options.users.value_or(1);
    if (options.show_task_ratio) fmt::print("{}", task_ratio_text(classes, count));
    if (options.output.task_ratio_json) fmt::print("{}", task_ratio_json(classes, count));
    return 0;
}

// Those that are left by the command line.
void keep_users(const LoadOptions& options, std::vector<scenario::UserKind>& users) {
    apply_to_users(options, users);
    choose_users(users, options.user_classes);
    scenario::keep_tagged(users, options.tags, options.excluded_tags);
    for (const scenario::UserKind& user : users) {
        if (user.tasks.empty())
            say(fmt::format("user class {} has no task{} and is left out", user.name,
                            options.tags.empty() ? "" : " with these tags"));
    }
    std::erase_if(users, [](const scenario::UserKind& user) {
        return user.tasks.empty() || (user.weight <= 0 && user.fixed_count <= 0);
    });
    if (users.empty()) throw StartupError("no user class is left that has a task and a weight");
}

LoadRequests make_requests(const LoadOptions& options, std::vector<scenario::UserKind> users) {
    LoadRequests requests;
    requests.target.url = options.target.url;
    requests.names = std::make_shared<load::Names>();
    requests.program = scenario::make_user_program(
        std::move(users), {{options.target.url}, options.headers, options.route.proxy.has_value()},
        requests.names, options.seed);
    return requests;
}

}  // namespace

int load_main(int argc, char** argv, std::vector<scenario::UserKind> users,
              std::optional<load::LoadShape> shape) {
    std::signal(SIGPIPE, SIG_IGN);
    const std::string name = std::filesystem::path(argv[0]).filename();
    try {
        auto options = parse_load_options(argc, argv, /*has_users=*/true);
        if (!options) return 0;
        keep_users(*options, users);
        if (options->only_says()) return show_users(*options, users);
        if (!options->users && !options->rate && !options->stages) options->stages = shape;
        std::stop_source stop;
        const StopSignals signals(stop);
        return run_load(*options, make_requests(*options, std::move(users)), stop);
    } catch (const StartupError& error) {
        fmt::print(stderr, "{}: {}\n", name, error.what());
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: {}\n", name, error.what());
        return static_cast<int>(ExitCode::bad_input);
    }
}

}  // namespace mettle::cli
