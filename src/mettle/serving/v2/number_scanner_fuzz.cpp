// What the fast scanner takes, the general parser takes too, with the same values.

#include "mettle/serving/v2/json_data.hpp"
#include "mettle/serving/v2/number_scanner.hpp"

#include <array>
#include <cstdlib>
#include <string>

using namespace mettle;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 2) return 0;
    constexpr std::array kTypes = {DataType::fp64, DataType::fp32, DataType::int64,
                                   DataType::uint8};
    const DataType type = kTypes[data[0] % kTypes.size()];
    const Shape shape = data[1] & 8 ? Shape{2, data[1] & 3} : Shape{data[1] & 7};
    const simdjson::padded_string text(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto bytes = static_cast<std::size_t>(shape.element_count().value()) * element_size(type);
    std::vector<std::byte> fast(bytes), slow(bytes);
    if (!v2::scan_numbers({text.data(), text.size()}, type, shape, fast)) return 0;

    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::array array;
    if (parser.iterate(text).get(document) || document.get_array().get(array)) std::abort();
    if (!v2::read_numbers(array, type, shape, slow, "x") || fast != slow) std::abort();
    return 0;
}
