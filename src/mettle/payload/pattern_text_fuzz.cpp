#include "mettle/payload/pattern_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Any pattern ends in a text within the limit, or in none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle::payload;
    Choices choices(size);
    const auto text = text_for_pattern({reinterpret_cast<const char*>(data), size}, 1000, choices);
    if (text && text->size() > 1000) std::abort();
    return 0;
}
