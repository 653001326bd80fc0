#include "mettle/payload/size_law.hpp"
#include "mettle/payload/value_law.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// A law that is taken gives sizes within its bounds, and values for each type that it fits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto no_file = [](const std::string&) -> Result<std::string> { return "3\n1\n"; };
    if (const auto law = payload::SizeLaw::parse(text, 1, no_file)) {
        for (std::uint64_t index = 0; index < 4; ++index)
            if (law->at(7, index) < 1 || law->at(7, index) > law->most()) std::abort();
    }
    const auto values = payload::ValueLaw::parse(text);
    if (!values) return 0;
    for (const DataType type :
         {DataType::fp32, DataType::int64, DataType::uint8, DataType::bytes}) {
        const TensorSpec input{"x", type, {2, 3}};
        if (!values->misfit(input)) values->make(input, 7);
    }
    return 0;
}
