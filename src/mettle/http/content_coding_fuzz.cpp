#include "mettle/http/content_coding.hpp"

#include <cstdint>
#include <cstdlib>

// The first byte chooses the coding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kMost = 1 << 20;
    if (size == 0) return 0;
    constexpr std::string_view kCodings[] = {"gzip", "deflate", "zstd", "br"};
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::string out;
    const auto decoded = mettle::http::decode_content(kCodings[data[0] % 4], bytes, kMost, out);
    if (out.size() > kMost) std::abort();
    if (decoded && data[0] % 4 == 3) std::abort();
    return 0;
}
