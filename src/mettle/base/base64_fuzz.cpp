#include "mettle/base/base64.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What is written is read back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    mettle::from_base64(bytes);
    if (mettle::from_base64(mettle::to_base64(bytes)) != std::string(bytes)) std::abort();
    return 0;
}
