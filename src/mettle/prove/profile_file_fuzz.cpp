#include "mettle/prove/profile_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Whatever the text, there are mistakes with places, or a profile that survives being written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Mistakes mistakes;
    const prove::Profile profile = prove::read_profile(text, "fuzz", mistakes);
    if (!mistakes.empty() && mistakes.to_string().empty()) std::abort();
    if (!mistakes.empty()) return 0;
    Mistakes again;
    static_cast<void>(prove::read_profile(prove::to_yaml(profile), "fuzz", again));
    if (!again.empty()) std::abort();
    return 0;
}
