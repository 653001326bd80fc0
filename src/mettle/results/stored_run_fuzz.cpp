#include "mettle/results/stored_run.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto run = mettle::results::read_stored_run({reinterpret_cast<const char*>(data), size});
    if (run && !mettle::results::differences(*run, *run).empty()) __builtin_trap();
    return 0;
}
