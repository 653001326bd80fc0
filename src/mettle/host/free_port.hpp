#pragma once

#include "mettle/base/result.hpp"

#include <cstdint>

namespace mettle::host {

// A port of 127.0.0.1 that nobody has now, for a command that must be told one. Somebody else may
// take it before the command does; it then says so.
Result<std::uint16_t> free_port();

// Whether somebody listens there.
bool is_listening(std::uint16_t port);

}  // namespace mettle::host
