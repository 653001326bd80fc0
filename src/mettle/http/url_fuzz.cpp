#include "mettle/http/url.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What is read can be written, and reads back as the same; and nothing in it can end a header line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto url = mettle::http::parse_url({reinterpret_cast<const char*>(data), size});
    if (!url) return 0;
    if (url->to_string().find_first_of("\r\n ") != std::string::npos) std::abort();
    const auto again = mettle::http::parse_url(url->to_string());
    if (!again || *again != *url) std::abort();
    return 0;
}
