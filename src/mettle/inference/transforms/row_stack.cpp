#include "mettle/inference/transforms/row_stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace mettle {

namespace {

std::size_t bytes_of(DataType type, std::span<const std::int64_t> dims) {
    std::size_t bytes = element_size(type);
    for (const std::int64_t dim : dims) bytes *= static_cast<std::size_t>(dim);
    return bytes;
}

}  // namespace

void RowStack::clear() {
    rows_.clear();
    bytes_.clear();
    longest_ = {};
}

Result<void> RowStack::add(const TensorView& row) {
    const std::size_t rank = row.shape.rank();
    if (row.type != type_ || rank == Shape::kMaxRank || (!rows_.empty() && rank != longest_.rank()))
        return fail(Error::Kind::internal,
                    fmt::format("row {} came out as {}{}, and the first as {}{}", rows_.size(),
                                name_of(row.type), row.shape.to_string(), name_of(type_),
                                longest_.to_string()));
    if (rows_.empty()) longest_ = row.shape;
    for (std::size_t axis = 0; axis < rank; ++axis)
        longest_[axis] = std::max(longest_[axis], row.shape[axis]);
    rows_.push_back({row.shape, bytes_.size()});
    bytes_.insert(bytes_.end(), row.data.begin(), row.data.end());
    return {};
}

Shape RowStack::shape() const {
    Shape shape{static_cast<std::int64_t>(rows_.size())};
    for (const std::int64_t dim : longest_.dims()) shape.push_back(dim);
    if (longest_.rank() > 0)
        shape[1] = (shape[1] + padding_.multiple - 1) / padding_.multiple * padding_.multiple;
    return shape;
}

void RowStack::write(std::span<std::byte> memory) const {
    // The low bytes of a whole number are the same number in a narrower type.
    const std::size_t size = element_size(type_);
    if (padding_.value == 0) {
        std::ranges::fill(memory, std::byte{0});
    } else {
        for (std::size_t at = 0; at < memory.size(); at += size)
            std::memcpy(memory.data() + at, &padding_.value, size);
    }
    const Shape whole = shape().row();
    const std::size_t row_bytes = bytes_of(type_, whole.dims());
    for (std::size_t index = 0; index < rows_.size(); ++index)
        write_row(rows_[index], whole, memory.data() + index * row_bytes);
}

// Of the last dimensions those that are whole are copied as one; above them stand loops.
void RowStack::write_row(const Row& row, const Shape& whole, std::byte* to) const {
    const auto dims = row.shape.dims();
    std::size_t runs_at = dims.size();  // The dimensions from here on are one run of bytes.
    while (runs_at > 0 && (runs_at == dims.size() || dims[runs_at] == whole[runs_at])) --runs_at;
    const std::size_t run = bytes_of(type_, dims.subspan(runs_at));
    std::size_t runs = 1;
    for (const std::int64_t dim : dims.first(runs_at)) runs *= static_cast<std::size_t>(dim);
    if (run == 0) return;
    for (std::size_t index = 0; index < runs; ++index) {
        std::size_t left = index, offset = 0;
        std::size_t step = bytes_of(type_, whole.dims().subspan(runs_at));
        for (std::size_t axis = runs_at; axis-- > 0;) {
            const auto dim = static_cast<std::size_t>(dims[axis]);
            offset += left % dim * step;
            left /= dim;
            step *= static_cast<std::size_t>(whole[axis]);
        }
        std::memcpy(to + offset, bytes_.data() + row.begin + index * run, run);
    }
}

}  // namespace mettle
