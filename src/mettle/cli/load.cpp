#include "mettle/cli/load_run.hpp"
#include "mettle/cli/reproduce.hpp"
#include "mettle/cli/scenario_init.hpp"
#include "mettle/cli/scenario_run.hpp"
#include "mettle/cli/stop_signals.hpp"
#include "mettle/cli/task_ratio.hpp"
#include "mettle/cli/verbs.hpp"

#include <fmt/format.h>

namespace mettle::cli {

namespace {

// For --list and --show-task-ratio.
int show_tasks(const LoadOptions& options, const LoadRequests& requests) {
    ClassTasks user{"User", 1, 0, {}};
    for (const protocols::Task& task : requests.tasks) {
        user.tasks.emplace_back(task.name, task.weight);
        if (options.list_users) fmt::print("{} {}\n", task.method, task.name);
    }
    if (options.show_task_ratio) fmt::print("{}", task_ratio_text({user}, 1));
    if (options.output.task_ratio_json) fmt::print("{}", task_ratio_json({user}, 1));
    return 0;
}

}  // namespace

int load_main(int argc, char** argv) {
    const auto options = parse_load_options(argc, argv);
    if (!options) return 0;
    std::stop_source stop;
    const StopSignals signals(stop);
    if (options->only_writes()) return write_new_scenario(*options);
    if (options->scenario) return run_scenario(*options, stop);
    const LoadRequests requests = make_requests(*options, ask_target(*options));
    if (options->only_says()) return show_tasks(*options, requests);
    if (!options->payloads.reproduce.empty()) return reproduce(*options, requests);
    return run_load(*options, requests, stop);
}

}  // namespace mettle::cli
