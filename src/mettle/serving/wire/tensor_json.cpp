#include "mettle/serving/wire/tensor_json.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/base/base64.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstring>
#include <functional>

namespace mettle::wire {

namespace {

char* write_text(char* to, std::string_view text) {
    return std::ranges::copy(text, to).out;
}

// Writes `value` at `to`, where there is room, and returns the end.
template <typename T>
[[gnu::always_inline]] inline char* write_number(char* to, T value, ElementForm form) {
    if constexpr (std::floating_point<T>) {
        if (!std::isfinite(value)) [[unlikely]] {
            if (form.non_finite == ElementForm::NonFinite::null) return write_text(to, "null");
            return write_text(to, std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }
    char* const end = std::to_chars(to, to + 32, value).ptr;
    if constexpr (std::floating_point<T>) {
        const bool is_whole = form.point && std::none_of(to, end, [](char character) {
                                  return character == '.' || character == 'e';
                              });
        if (is_whole) return write_text(end, ".0");
    }
    return end;
}

// Without brackets. `kRead` makes what is written of what lies in memory.
template <typename T, auto kRead = std::identity()>
void append_numbers(std::string& out, std::span<const std::byte> data, ElementForm form) {
    constexpr std::size_t kMostChars = 32;  // The longest double has 24.
    const std::size_t count = data.size() / sizeof(T);
    const std::size_t before = out.size();
    out.resize_and_overwrite(before + count * kMostChars, [&](char* buffer, std::size_t) {
        char* to = buffer + before;
        for (std::size_t index = 0; index < count; ++index) {
            if (index > 0) *to++ = ',';
            T value;
            std::memcpy(&value, data.data() + index * sizeof(T), sizeof(T));
            to = write_number(to, kRead(value), form);
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

// BYTES elements of V2's form, which a model gave: lengths that do not fit are its bug.
std::string_view take_element(std::span<const std::byte>& data) {
    std::uint32_t length = 0;
    METTLE_ASSERT(data.size() >= 4);
    std::memcpy(&length, data.data(), 4);
    METTLE_ASSERT(data.size() - 4 >= length);
    const std::string_view text(reinterpret_cast<const char*>(data.data()) + 4, length);
    data = data.subspan(4 + length);
    return text;
}

void append_texts(std::string& out, std::span<const std::byte> data, ElementForm form) {
    for (bool first = true; !data.empty(); first = false) {
        if (!first) out += ',';
        const std::string_view text = take_element(data);
        if (form.b64) {
            out.append(R"({"b64":")").append(to_base64(text)).append("\"}");
        } else {
            append_string(out, text);
        }
    }
}

// Elements between commas, without brackets.
void append_run(std::string& out, DataType type, std::span<const std::byte> data,
                ElementForm form) {
    switch (type) {
        case DataType::boolean:
            return append_booleans(out, data);
        case DataType::uint8:
            return append_numbers<std::uint8_t>(out, data, form);
        case DataType::uint16:
            return append_numbers<std::uint16_t>(out, data, form);
        case DataType::uint32:
            return append_numbers<std::uint32_t>(out, data, form);
        case DataType::uint64:
            return append_numbers<std::uint64_t>(out, data, form);
        case DataType::int8:
            return append_numbers<std::int8_t>(out, data, form);
        case DataType::int16:
            return append_numbers<std::int16_t>(out, data, form);
        case DataType::int32:
            return append_numbers<std::int32_t>(out, data, form);
        case DataType::int64:
            return append_numbers<std::int64_t>(out, data, form);
        case DataType::fp16:
            return append_numbers<std::uint16_t, &from_fp16>(out, data, form);
        case DataType::bf16:
            return append_numbers<std::uint16_t, &from_bf16>(out, data, form);
        case DataType::fp32:
            return append_numbers<float>(out, data, form);
        case DataType::fp64:
            return append_numbers<double>(out, data, form);
        case DataType::bytes:
            return append_texts(out, data, form);
    }
}

// The first `count` elements, which are taken off.
std::span<const std::byte> take_elements(DataType type, std::span<const std::byte>& data,
                                         std::size_t count) {
    const std::span<const std::byte> all = data;
    if (type == DataType::bytes) {
        for (std::size_t element = 0; element < count; ++element) take_element(data);
    } else {
        METTLE_ASSERT(data.size() >= count * element_size(type));
        data = data.subspan(count * element_size(type));
    }
    return all.first(all.size() - data.size());
}

// Takes the elements of `dims` off `data` and appends them.
void append_levels(std::string& out, DataType type, std::span<const std::int64_t> dims,
                   std::span<const std::byte>& data, ElementForm form) {
    if (dims.empty()) return append_run(out, type, take_elements(type, data, 1), form);
    out += '[';
    if (dims.size() == 1) {
        append_run(out, type, take_elements(type, data, static_cast<std::size_t>(dims[0])), form);
    } else {
        for (std::int64_t index = 0; index < dims[0]; ++index) {
            if (index > 0) out += ',';
            append_levels(out, type, dims.subspan(1), data, form);
        }
    }
    out += ']';
}

}  // namespace

void append_elements(std::string& out, const TensorView& tensor, ElementForm form) {
    out += '[';
    append_run(out, tensor.type, tensor.data, form);
    out += ']';
}

void append_nested(std::string& out, const TensorView& tensor, ElementForm form) {
    std::span<const std::byte> data = tensor.data;
    append_levels(out, tensor.type, tensor.shape.dims(), data, form);
}

RowWriter::RowWriter(const TensorView& tensor, ElementForm form)
    : row_{tensor.type, tensor.shape.row(), tensor.data}, form_(form) {}

void RowWriter::append(std::string& out) {
    append_levels(out, row_.type, row_.shape.dims(), row_.data, form_);
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
