#pragma once

#include "mettle/base/result.hpp"
#include "mettle/tensor/tensor.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace mettle {

// Tensors that are a row each, stacked to one with a dimension more. Rows of unlike lengths are
// filled up to the longest, as tokenizers do it. Not for BYTES. Used again for later rows.
class RowStack {
public:
    struct Padding {
        std::int64_t value = 0;  // Of the elements that are added. Not 0: for whole numbers only.
        std::int64_t multiple = 1;  // The first dimension of a row is filled up to one of it.
    };

    // A type with elements of a fixed size.
    RowStack(DataType type, const Padding& padding) : type_(type), padding_(padding) {}

    void clear();
    // Copies the row. Fails with `internal` where it has other dimensions than the first, or
    // another type.
    Result<void> add(const TensorView& row);

    // Of the whole. REQUIRES: a row has been added
    Shape shape() const;
    // Into memory of that shape.
    void write(std::span<std::byte> memory) const;

    std::size_t bytes() const { return bytes_.capacity(); }  // Memory that it keeps.

private:
    struct Row {
        Shape shape;
        std::size_t begin = 0;  // In bytes_.
    };
    void write_row(const Row& row, const Shape& whole, std::byte* to) const;

    DataType type_;
    Padding padding_;
    std::vector<Row> rows_;
    std::vector<std::byte> bytes_;
    Shape longest_;
};

}  // namespace mettle
