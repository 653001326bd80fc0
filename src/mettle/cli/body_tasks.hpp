#pragma once

#include "mettle/cli/load_options.hpp"
#include "mettle/protocols/target.hpp"
#include "mettle/protocols/task.hpp"

namespace mettle::cli {

// A task for each size of --sweep body=..., of bytes that the seed decides.
std::vector<protocols::Task> make_sized_tasks(const LoadOptions& options,
                                              const protocols::Target& target);

// The task of a target that says nothing of what it takes: plain HTTP and TorchServe. The bodies
// are those of --body or --data. Throws StartupError for what cannot be read.
protocols::Task make_body_task(const LoadOptions& options, const protocols::Target& target);

}  // namespace mettle::cli
