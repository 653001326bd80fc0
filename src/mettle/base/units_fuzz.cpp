#include "mettle/base/units.hpp"

#include <cstddef>

using namespace mettle;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto duration = parse_duration(text)) format_duration(*duration);
    if (const auto bytes = parse_size(text)) format_size(*bytes);
    if (const auto rate = parse_rate(text)) format_rate(*rate);
    (void)parse_share(text);
    (void)parse_number(text);
    return 0;
}
