#include "mettle/inference/simulated_spec.hpp"

#include <cstddef>
#include <cstdlib>

// A spec that is taken gives times within their bounds; the same text also stands for a file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto file = [text](const std::string&) -> Result<std::string> {
        return std::string(text);
    };
    if (const auto spec = parse_simulated(text, file)) {
        for (std::uint64_t number = 0; number < 8; ++number) {
            const Duration time = spec->law.draw(spec->seed, number);
            if (time < Duration::zero() || time > TimeLaw::kLongest) std::abort();
            if (scaled(*spec, time, 7, 1000) < Duration::zero()) std::abort();
        }
        if (spec->law.median() < Duration::zero()) std::abort();
    }
    if (const auto steps = times_from_text(text)) {
        if (steps->empty() || steps->back().first != 1) std::abort();
    }
    return 0;
}
