#pragma once

#include <cstdint>

namespace mettle::host {

// Bytes that this process has allocated and not freed, by its allocator's count: what a load takes
// is seen here even where it fits into memory that had been freed before. 0 under sanitizers, whose
// allocators keep no such count. Takes every arena's lock once.
std::uint64_t heap_bytes();

}  // namespace mettle::host
