#include "mettle/scenario/imported_request.hpp"
#include "mettle/scenario/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What is understood becomes a scenario that can be read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    std::string text(reinterpret_cast<const char*>(data), size);
    if (!text.starts_with("curl ")) text.insert(0, "curl ");
    const auto request = scenario::parse_curl(text);
    if (!request) return 0;
    const std::string written = scenario::write_scenario({*request}, {});
    scenario::ReadOptions options;
    options.read_file = [](const std::string&) -> Result<std::string> { return "content"; };
    Mistakes mistakes;
    scenario::read_scenario(written, "curl.yaml", options, mistakes);
    // A method or a byte that no scenario has is not written, or said; it is not a crash.
    return 0;
}
