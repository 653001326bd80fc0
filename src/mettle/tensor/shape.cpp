#include "mettle/tensor/shape.hpp"

#include "mettle/base/assert.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace mettle {

constexpr std::int64_t kMaxElements = std::int64_t{1} << 48;

bool Shape::operator==(const Shape& other) const {
    return std::ranges::equal(dims(), other.dims());
}

void Shape::push_back(std::int64_t dim) {
    METTLE_ASSERT(rank_ < kMaxRank);
    dims_[rank_++] = dim;
}

bool Shape::is_dynamic() const {
    return std::ranges::any_of(dims(), [](std::int64_t dim) { return dim < 0; });
}

Result<std::int64_t> Shape::element_count() const {
    std::int64_t count = 1;
    for (const std::int64_t dim : dims()) {
        if (dim < 0)
            return fail(Error::Kind::invalid_input,
                        fmt::format("shape {} has a negative dimension", to_string()));
        if (dim != 0 && count > kMaxElements / dim) {
            return fail(Error::Kind::invalid_input,
                        fmt::format("shape {} has too many elements", to_string()));
        }
        count *= dim;
    }
    return count;
}

bool Shape::accepts(const Shape& concrete) const {
    return std::ranges::equal(dims(), concrete.dims(), [](std::int64_t wanted, std::int64_t dim) {
        return dim >= 0 && (wanted < 0 || wanted == dim);
    });
}

Shape Shape::row() const {
    METTLE_ASSERT(rank_ > 0);
    Shape row;
    for (const std::int64_t dim : dims().subspan(1)) row.push_back(dim);
    return row;
}

Shape Shape::with_rows(std::int64_t rows) const {
    METTLE_ASSERT(rank_ > 0);
    Shape changed = *this;
    changed.dims_[0] = rows;
    return changed;
}

std::string Shape::to_string() const {
    return fmt::format("[{}]", fmt::join(dims(), ","));
}

}  // namespace mettle
