#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mettle {

// The element types of KServe V2, by its names; all little-endian. BYTES elements vary in size:
// each is a 4-byte length and that many bytes.
enum class DataType : std::uint8_t {
    boolean,
    uint8,
    uint16,
    uint32,
    uint64,
    int8,
    int16,
    int32,
    int64,
    fp16,
    bf16,
    fp32,
    fp64,
    bytes,
};

std::string_view name_of(DataType type);  // "FP32"
std::optional<DataType> data_type_from_name(std::string_view name);

// Bytes an element takes; 0 for BYTES, whose elements vary.
std::size_t element_size(DataType type);

bool is_integer(DataType type);
bool is_floating(DataType type);

// Half-width floats have no C++ type here; these are their codecs, round to nearest even.
float from_fp16(std::uint16_t bits);
float from_bf16(std::uint16_t bits);
std::uint16_t to_fp16(float value);
std::uint16_t to_bf16(float value);

}  // namespace mettle
