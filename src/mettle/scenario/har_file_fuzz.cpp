#include "mettle/scenario/imported_request.hpp"
#include "mettle/scenario/reader.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    const auto har = scenario::parse_har({reinterpret_cast<const char*>(data), size});
    if (!har) return 0;
    const std::string written = scenario::write_scenario(har->requests, {{}, true});
    Mistakes mistakes;
    scenario::read_scenario(written, "har.yaml", {}, mistakes);
    return 0;
}
