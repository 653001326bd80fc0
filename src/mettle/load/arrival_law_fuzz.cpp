#include "mettle/load/arrival_law.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What is read can be written, and read back as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle::load;
    const auto law = parse_arrival_law({reinterpret_cast<const char*>(data), size});
    if (law && parse_arrival_law(law->to_string()) != law) std::abort();
    return 0;
}
