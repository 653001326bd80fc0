#pragma once

#include "mettle/load/behaviour.hpp"
#include "mettle/load/names.hpp"
#include "mettle/scenario/http_session.hpp"
#include "mettle/scenario/user.hpp"

#include <memory>
#include <vector>

namespace mettle::scenario {

// The program of users written in C++. Classes without a task or weight are left out; at least one
// must remain.
std::shared_ptr<const load::Program> make_user_program(std::vector<UserKind> kinds, HttpSetup setup,
                                                       std::shared_ptr<load::Names> names,
                                                       std::uint64_t seed);

// Leaves of each class the tasks that have one of `tags` (all, if there are none) and none of
// `excluded`.
void keep_tagged(std::vector<UserKind>& kinds, const std::vector<std::string>& tags,
                 const std::vector<std::string>& excluded);

}  // namespace mettle::scenario
