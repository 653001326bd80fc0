#pragma once

#include "mettle/load/load_shape.hpp"
#include "mettle/scenario/user.hpp"

#include <optional>
#include <vector>

namespace mettle::cli {

// A program of one's own with the whole command line of `mettle load`: scenario/user.hpp shows one.
// Gives back the exit code; prints what is wrong itself. `shape`: how many users there are over
// time, unless the command line says so.
int load_main(int argc, char** argv, std::vector<scenario::UserKind> users,
              std::optional<load::LoadShape> shape = {});

}  // namespace mettle::cli
