#include "mettle/load/recording.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

// Whatever the file: moments in order, none before the start, a request for each or for none.
void check(const mettle::Result<mettle::load::Recording>& recording) {
    if (!recording) return;
    const auto& moments = recording->moments;
    if (moments.empty() || moments.front() < mettle::Duration::zero()) std::abort();
    if (!std::ranges::is_sorted(moments)) std::abort();
    if (!recording->requests.empty() && recording->requests.size() != moments.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle::load;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(parse_trace(text));
    const auto log = parse_access_log(text);
    check(log);
    for (std::size_t index = 0; log && index < log->requests.size(); ++index) {
        if (!log->requests[index].target.starts_with('/')) std::abort();
    }
    return 0;
}
