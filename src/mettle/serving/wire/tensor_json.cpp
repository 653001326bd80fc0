#include "mettle/serving/wire/tensor_json.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstring>

namespace mettle::wire {

namespace {

// Writes `value` at `to`, where there is room, and returns the end.
template <typename T>
char* write_number(char* to, T value) {
    if constexpr (std::floating_point<T>) {
        if (!std::isfinite(value)) [[unlikely]] {
            const std::string_view word = std::isnan(value) ? "NaN"
                                          : value > 0       ? "Infinity"
                                                            : "-Infinity";
            return std::ranges::copy(word, to).out;
        }
    }
    return std::to_chars(to, to + 32, value).ptr;
}

template <typename T>
void append_numbers(std::string& out, std::span<const std::byte> data) {
    constexpr std::size_t kMostChars = 32;  // The longest double has 24.
    const std::size_t count = data.size() / sizeof(T);
    const std::size_t before = out.size();
    out.resize_and_overwrite(before + count * kMostChars, [&](char* buffer, std::size_t) {
        char* to = buffer + before;
        for (std::size_t index = 0; index < count; ++index) {
            if (index > 0) *to++ = ',';
            T value;
            std::memcpy(&value, data.data() + index * sizeof(T), sizeof(T));
            to = write_number(to, value);
        }
        return static_cast<std::size_t>(to - buffer);
    });
}

void append_booleans(std::string& out, std::span<const std::byte> data) {
    for (std::size_t index = 0; index < data.size(); ++index) {
        if (index > 0) out += ',';
        out += data[index] == std::byte{0} ? "false" : "true";
    }
}

void append_texts(std::string& out, const TensorView& tensor) {
    const auto count = tensor.shape.element_count().value_or(0);
    const auto elements = split_bytes(tensor.data, count);
    if (!elements) return;
    for (std::size_t index = 0; index < elements->size(); ++index) {
        if (index > 0) out += ',';
        append_string(out, (*elements)[index]);
    }
}

}  // namespace

void append_elements(std::string& out, const TensorView& tensor) {
    out += '[';
    switch (tensor.type) {
        case DataType::boolean:
            append_booleans(out, tensor.data);
            break;
        case DataType::uint8:
            append_numbers<std::uint8_t>(out, tensor.data);
            break;
        case DataType::uint16:
            append_numbers<std::uint16_t>(out, tensor.data);
            break;
        case DataType::uint32:
            append_numbers<std::uint32_t>(out, tensor.data);
            break;
        case DataType::uint64:
            append_numbers<std::uint64_t>(out, tensor.data);
            break;
        case DataType::int8:
            append_numbers<std::int8_t>(out, tensor.data);
            break;
        case DataType::int16:
            append_numbers<std::int16_t>(out, tensor.data);
            break;
        case DataType::int32:
            append_numbers<std::int32_t>(out, tensor.data);
            break;
        case DataType::int64:
            append_numbers<std::int64_t>(out, tensor.data);
            break;
        case DataType::fp32:
            append_numbers<float>(out, tensor.data);
            break;
        case DataType::fp64:
            append_numbers<double>(out, tensor.data);
            break;
        case DataType::bytes:
            append_texts(out, tensor);
            break;
        case DataType::fp16:
        case DataType::bf16:
            break;
    }
    out += ']';
}

void append_string(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    std::size_t written = 0;  // What is before needs no escape, and goes out in one piece.
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool quoted = byte == '"' || byte == '\\';
        if (byte >= 0x20 && !quoted) continue;
        out.append(text, written, at - written);
        written = at + 1;
        out += '\\';
        if (quoted) {
            out += text[at];
        } else {
            out += "u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    out.append(text, written).append("\"");
}

}  // namespace mettle::wire
