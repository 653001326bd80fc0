#pragma once

#include "mettle/tensor/data_type.hpp"
#include "mettle/tensor/shape.hpp"

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mettle {

// Borrowed tensor bytes, row-major and little-endian; whoever made the view keeps them alive. BYTES
// tensors hold each element as a 4-byte length and that many bytes.
struct TensorView {
    DataType type = DataType::fp32;
    Shape shape;
    std::span<const std::byte> data;
};

// Owned tensor bytes, 64-byte aligned so that they can be handed to a model as they are.
class Tensor {
public:
    Tensor() = default;
    // Room for `byte_count` bytes, not cleared.
    Tensor(DataType type, const Shape& shape, std::size_t byte_count);
    // A fixed-size element type. REQUIRES: shape has an element count; type is not bytes
    Tensor(DataType type, const Shape& shape);

    TensorView view() const { return {type, shape, data()}; }
    operator TensorView() const { return view(); }
    std::span<std::byte> data() { return {data_.get(), size_}; }
    std::span<const std::byte> data() const { return {data_.get(), size_}; }
    template <typename T>
    std::span<T> as() {
        return {reinterpret_cast<T*>(data_.get()), size_ / sizeof(T)};
    }
    template <typename T>
    std::span<const T> as() const {
        return {reinterpret_cast<const T*>(data_.get()), size_ / sizeof(T)};
    }

    DataType type = DataType::fp32;
    Shape shape;

private:
    struct Free {
        void operator()(std::byte* bytes) const { std::free(bytes); }
    };
    std::unique_ptr<std::byte[], Free> data_;
    std::size_t size_ = 0;
};

// BYTES elements into V2's form, and back. split_bytes() fails when lengths and bytes disagree, or
// when there are not `count` elements.
Tensor pack_bytes(const std::vector<std::string>& elements, const Shape& shape);
Result<std::vector<std::string_view>> split_bytes(std::span<const std::byte> data,
                                                  std::int64_t count);

}  // namespace mettle
