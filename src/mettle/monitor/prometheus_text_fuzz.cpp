#include "mettle/monitor/prometheus_text.hpp"

#include <cstddef>
#include <cstdlib>

using namespace mettle::monitor;

// Never more samples than asked for, each with a name; the same lines give the same samples when
// they end as other systems end them.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto page = parse_prometheus(text, 50);
    if (page.samples.size() > 50) std::abort();
    for (const auto& sample : page.samples) {
        if (sample.name.empty()) std::abort();
        if (sample.name.data() < text.data() || sample.name.data() > text.data() + size)
            std::abort();
    }
    return 0;
}
