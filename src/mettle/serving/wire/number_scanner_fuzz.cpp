// What the fast scanner takes, the general parser takes too, and the values are those of the C
// library. (simdjson 3.0.1 misreads numbers of more than 19 digits that have an exponent: it gives
// 1.6e-61 for 0.58088…80E0. So it only says what is JSON here.)

#include "mettle/serving/wire/json_data.hpp"
#include "mettle/serving/wire/number_scanner.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace mettle;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

bool is_json(const simdjson::padded_string& text, DataType type, const Shape& shape,
             std::size_t size) {
    std::vector<std::byte> memory(size);
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::array array;
    if (parser.iterate(text).get(document) || document.get_array().get(array)) return false;
    return wire::read_numbers(array, type, shape, memory, "x").has_value();
}

template <typename T, typename Read>
void compare(std::string_view text, std::span<const std::byte> values, Read read) {
    std::string copy(text);
    const char* at = copy.c_str();
    for (std::size_t offset = 0; offset < values.size(); offset += sizeof(T)) {
        at += std::strspn(at, "[], \t\r\n");
        char* end = nullptr;
        const auto expected = static_cast<T>(read(at, &end));
        require(std::memcmp(&expected, values.data() + offset, sizeof(T)) == 0);
        at = end;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 2) return 0;
    constexpr std::array kTypes = {DataType::fp64, DataType::fp32, DataType::int64,
                                   DataType::uint8};
    const DataType type = kTypes[data[0] % kTypes.size()];
    const Shape shape = data[1] & 8 ? Shape{2, data[1] & 3} : Shape{data[1] & 7};
    const simdjson::padded_string text(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::string_view view(text.data(), text.size());
    std::vector<std::byte> values(static_cast<std::size_t>(shape.element_count().value()) *
                                  element_size(type));
    if (!wire::scan_numbers(view, type, shape, values)) return 0;
    require(is_json(text, type, shape, values.size()));
    const auto integer = [](const char* at, char** end) { return std::strtoll(at, end, 10); };
    switch (type) {
        case DataType::fp64:
            compare<double>(view, values, std::strtod);
            break;
        case DataType::fp32:
            compare<float>(view, values, std::strtod);
            break;
        case DataType::int64:
            compare<std::int64_t>(view, values, integer);
            break;
        default:
            compare<std::uint8_t>(view, values, integer);
            break;
    }
    return 0;
}
