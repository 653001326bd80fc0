#pragma once

#include "mettle/results/resources.hpp"

#include <string>

namespace mettle::report {

// What the target and the host used, in a line or two for the terminal, with what could not be
// seen. Ends with a line's end; empty when nothing was watched.
std::string resource_lines(const results::Resources& resources);

}  // namespace mettle::report
