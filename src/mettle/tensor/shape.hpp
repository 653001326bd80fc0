#pragma once

#include "mettle/base/result.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace mettle {

// The dimensions of a tensor, or of what a model accepts, where -1 stands for any size. A value of
// fixed size, so that it can be made on a hot path without allocating.
class Shape {
public:
    static constexpr std::size_t kMaxRank = 8;

    Shape() = default;
    Shape(std::initializer_list<std::int64_t> dims) {  // REQUIRES: at most kMaxRank
        for (const std::int64_t dim : dims) push_back(dim);
    }

    bool operator==(const Shape& other) const;

    std::size_t rank() const { return rank_; }
    std::int64_t operator[](std::size_t axis) const { return dims_[axis]; }
    std::int64_t& operator[](std::size_t axis) { return dims_[axis]; }
    std::span<const std::int64_t> dims() const { return {dims_.data(), rank_}; }
    void push_back(std::int64_t dim);  // REQUIRES: rank() < kMaxRank

    bool is_dynamic() const;  // Has a -1.

    // Elements of a tensor of this shape: 1 for a scalar. Fails for a negative dimension and for a
    // product beyond 2^48, before it overflows.
    Result<std::int64_t> element_count() const;

    // Whether a tensor of shape `concrete` fits where -1 here stands for any size.
    bool accepts(const Shape& concrete) const;

    // The shape of one row: without the first dimension. REQUIRES: rank() > 0
    Shape row() const;
    // This shape with another first dimension. REQUIRES: rank() > 0
    Shape with_rows(std::int64_t rows) const;

    std::string to_string() const;  // "[-1,64]"

private:
    std::array<std::int64_t, kMaxRank> dims_{};
    std::uint8_t rank_ = 0;
};

}  // namespace mettle
