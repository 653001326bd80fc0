#include "mettle/tensor/data_type.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace mettle {

namespace {

constexpr std::array<std::string_view, 14> kNames = {
    "BOOL",  "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16",
    "INT32", "INT64", "FP16",   "BF16",   "FP32",   "FP64", "BYTES",
};
constexpr std::array<std::size_t, 14> kSizes = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 0};

}  // namespace

std::string_view name_of(DataType type) {
    return kNames[static_cast<std::size_t>(type)];
}

std::optional<DataType> data_type_from_name(std::string_view name) {
    for (std::size_t index = 0; index < kNames.size(); ++index) {
        if (kNames[index] == name) return static_cast<DataType>(index);
    }
    return std::nullopt;
}

std::size_t element_size(DataType type) {
    return kSizes[static_cast<std::size_t>(type)];
}

bool is_integer(DataType type) {
    return type >= DataType::uint8 && type <= DataType::int64;
}
bool is_floating(DataType type) {
    return type >= DataType::fp16 && type <= DataType::fp64;
}

float from_fp16(std::uint16_t bits) {
    return static_cast<float>(std::bit_cast<_Float16>(bits));
}
float from_bf16(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}
std::uint16_t to_fp16(float value) {
    return std::bit_cast<std::uint16_t>(static_cast<_Float16>(value));
}

std::uint16_t to_bf16(float value) {
    if (std::isnan(value)) return 0x7fc0;  // Rounding could carry a NaN's payload into infinity.
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

}  // namespace mettle
