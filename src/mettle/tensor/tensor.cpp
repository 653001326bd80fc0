#include "mettle/tensor/tensor.hpp"

#include "mettle/base/assert.hpp"

#include <fmt/format.h>

#include <cstring>
#include <new>

namespace mettle {

constexpr std::size_t kAlignment = 64;

Tensor::Tensor(DataType type_, const Shape& shape_, std::size_t byte_count)
    : type(type_), shape(shape_), size_(byte_count) {
    const std::size_t rounded = (byte_count + kAlignment) / kAlignment * kAlignment;  // Never zero.
    data_.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded)));
    if (!data_) throw std::bad_alloc();
}

Tensor::Tensor(DataType type_, const Shape& shape_)
    : Tensor(type_, shape_,
             static_cast<std::size_t>(shape_.element_count().value()) * element_size(type_)) {
    METTLE_ASSERT(type_ != DataType::bytes);
}

Tensor pack_bytes(const std::vector<std::string>& elements, const Shape& shape) {
    std::size_t size = 0;
    for (const std::string& element : elements) size += 4 + element.size();
    Tensor tensor(DataType::bytes, shape, size);
    std::byte* to = tensor.data().data();
    for (const std::string& element : elements) {
        const auto length = static_cast<std::uint32_t>(element.size());
        std::memcpy(to, &length, 4);
        std::memcpy(to + 4, element.data(), element.size());
        to += 4 + element.size();
    }
    return tensor;
}

Result<std::vector<std::string_view>> split_bytes(std::span<const std::byte> data,
                                                  std::int64_t count) {
    std::vector<std::string_view> elements;
    std::size_t at = 0;
    while (at < data.size()) {
        std::uint32_t length = 0;
        if (data.size() - at < 4) break;
        std::memcpy(&length, data.data() + at, 4);
        if (data.size() - at - 4 < length) break;
        if (std::cmp_equal(elements.size(), count)) break;
        elements.emplace_back(reinterpret_cast<const char*>(data.data() + at + 4), length);
        at += 4 + length;
    }
    if (at != data.size() || std::cmp_not_equal(elements.size(), count)) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("BYTES data of {} bytes does not hold exactly {} elements of a "
                                "4-byte length and that many bytes each",
                                data.size(), count));
    }
    return elements;
}

}  // namespace mettle
