#pragma once

// From the requests of a recording to tasks with ready requests.

#include "mettle/cli/load_options.hpp"
#include "mettle/load/runner.hpp"
#include "mettle/protocols/task.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::cli {

struct RecordedTasks {
    std::vector<protocols::Task> tasks;
    std::vector<load::PlannedRequest> requests;  // Of each arrival.
};

// Equal requests become one; tasks are methods and paths. Where the recording says no path, it is
// that of the target, and the method that of the options. Throws StartupError when there are too
// many different ones. REQUIRES: options.recording has requests.
RecordedTasks make_recorded_tasks(const LoadOptions& options);

// A path as the statistics name it: without its query, and with {id} for numbers, UUIDs and long
// hexadecimal ones.
std::string task_name(std::string_view target);

}  // namespace mettle::cli
