#pragma once

#include "mettle/load/transport.hpp"

#include <string_view>

namespace mettle::load {

// As results and files have it: "ok", or the kind of failure.
std::string_view name_of(Outcome outcome);

}  // namespace mettle::load
