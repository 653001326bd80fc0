#include "mettle/prove/production.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Whatever the text, there are mistakes with places, or something that can be compared.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Mistakes mistakes;
    const auto production = prove::read_production(text, "fuzz", mistakes);
    if (!mistakes.empty() && mistakes.to_string().empty()) std::abort();
    for (const std::string& caveat : prove::differences(production, {}))
        if (caveat.empty()) std::abort();
    return 0;
}
