#pragma once

namespace mettle {

// Prints the condition and its place, and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace mettle

// A bug in this program, never a mistake of its user. On in release builds too.
#define METTLE_ASSERT(condition) \
    ((condition) ? void(0) : ::mettle::assertion_failed(#condition, __FILE__, __LINE__))
