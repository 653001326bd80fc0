#include "mettle/history/entry.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto entry = mettle::history::describe(text);
    // Whatever it holds, its id is a file's name.
    if (entry && !mettle::history::is_name(entry->id)) __builtin_trap();
    return 0;
}
