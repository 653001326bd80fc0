#include "mettle/http/server_timing.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    mettle::http::ServerTiming timing;
    mettle::http::parse_server_timing({reinterpret_cast<const char*>(data), size}, timing);
    for (const auto time : timing.times) {
        if (time < -1) std::abort();
    }
    return 0;
}
