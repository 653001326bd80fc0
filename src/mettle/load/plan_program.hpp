#pragma once

// The program of a load that is only a list of tasks: each iteration is one request, its task
// chosen by weight, its payloads in turn.

#include "mettle/load/behaviour.hpp"
#include "mettle/load/runner.hpp"

#include <memory>

namespace mettle::load {

// Keeps no reference to the plan.
std::unique_ptr<Program> make_plan_program(const LoadPlan& plan);

}  // namespace mettle::load
