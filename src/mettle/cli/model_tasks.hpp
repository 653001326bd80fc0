#pragma once

#include "mettle/cli/load_options.hpp"
#include "mettle/protocols/target.hpp"
#include "mettle/protocols/task.hpp"

#include <vector>

namespace mettle::cli {

// The tasks of a model that takes tensors: one, or one for each size of --sweep. Throws
// StartupError when the inputs cannot be made.
std::vector<protocols::Task> make_model_tasks(const LoadOptions& options,
                                              const protocols::Target& target);

}  // namespace mettle::cli
