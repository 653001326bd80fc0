#pragma once

#include <cstdint>

namespace mettle::host {

// Raises this process's limit of open descriptors to its hard value, and returns what then holds.
// Never fails: where the limit cannot be raised, the old one is returned.
std::uint64_t raise_descriptor_limit();

}  // namespace mettle::host
