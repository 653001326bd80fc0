#pragma once

#include <cstdint>
#include <optional>

namespace mettle::host {

// Raises this process's limit of open descriptors to its hard value, and returns what then holds.
// Never fails: where the limit cannot be raised, the old one is returned.
std::uint64_t raise_descriptor_limit();

// The soft limit of another process; nothing where it has ended or is somebody else's.
std::optional<std::uint64_t> descriptor_limit_of(int pid);

}  // namespace mettle::host
