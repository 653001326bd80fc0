#pragma once

#include "mettle/protocols/target.hpp"

#include <optional>
#include <string>

namespace mettle::protocols {

// Asks the target again what it is, and says how that differs from what it was: another protocol,
// another server, another model, version or signature. Nothing when it is the same, gives no
// answer, or says nothing of itself.
std::optional<std::string> what_changed(const Target& before, TargetOptions options);

// The same of two that were asked.
std::optional<std::string> difference(const Target& before, const Target& now);

}  // namespace mettle::protocols
