#pragma once

#include "mettle/scenario/user.hpp"

#include <vector>

namespace mettle::cli {

// A program of one's own with the whole command line of `mettle load`: scenario/user.hpp shows one.
// Gives back the exit code; prints what is wrong itself.
int load_main(int argc, char** argv, std::vector<scenario::UserKind> users);

}  // namespace mettle::cli
