#include "mettle/scenario/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Whatever the text, there are mistakes with places, or a scenario with users.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    scenario::ReadOptions options;
    options.environment = [](const std::string&) { return "value"; };
    options.read_file = [](const std::string& path) -> Result<std::string> {
        if (path.ends_with(".csv")) return "id,name\n7,anna\n";
        return fail(Error::Kind::not_found, path + " is not there");
    };
    Mistakes mistakes;
    const scenario::Scenario scenario = read_scenario(text, "fuzz.yaml", options, mistakes);
    if (mistakes.empty() && scenario.users.empty()) std::abort();
    if (!mistakes.empty() && mistakes.to_string().empty()) std::abort();
    return 0;
}
