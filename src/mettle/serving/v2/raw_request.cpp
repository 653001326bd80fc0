#include "mettle/serving/v2/raw_request.hpp"

#include "mettle/serving/v2/json_get.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace mettle::v2 {

namespace {

// The shape with 1 in the place of every dimension of any size.
Shape smallest(const Shape& shape) {
    Shape small;
    for (const std::int64_t dim : shape.dims()) small.push_back(dim < 0 ? 1 : dim);
    return small;
}

Result<Shape> shape_for(const TensorSpec& spec, bool batches, std::size_t bytes) {
    Shape shape = smallest(spec.shape);
    const auto count = shape.element_count();
    if (!count) return wrong("input '{}': {}", spec.name, count.error().message);
    const std::size_t unit = static_cast<std::size_t>(*count) * element_size(spec.type);
    std::size_t unknown = 0;
    for (std::size_t axis = 0; axis < spec.shape.rank(); ++axis)
        if (spec.shape[axis] < 0) ++unknown;
    const bool rows_are_one = batches && unknown == 2;
    if (unknown > 1 && !rows_are_one)
        return wrong(
            "input '{}': {} has more than one dimension of any size, so that a raw binary "
            "request does not say its shape",
            spec.name, spec.shape.to_string());
    const bool whole = unit > 0 && bytes > 0 && bytes % unit == 0;
    if (!whole || (unknown == 0 && bytes != unit))
        return wrong("input '{}': the raw binary request has {} bytes, and {} of {} takes {}{}",
                     spec.name, bytes, spec.shape.to_string(), name_of(spec.type),
                     unknown > 0 ? "a multiple of " : "", unit);
    Shape full;
    for (std::size_t axis = 0; axis < spec.shape.rank(); ++axis) {
        const bool is_rows = rows_are_one && axis == 0;
        const bool open = spec.shape[axis] < 0 && !is_rows;
        full.push_back(open ? static_cast<std::int64_t>(bytes / unit) : shape[axis]);
    }
    return full;
}

Result<void> take_numbers(std::string_view body, const TensorSpec& spec, const Shape& shape,
                          Slab& slab) {
    const auto bytes = std::as_bytes(std::span(body));
    const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
    if (address % element_size(spec.type) == 0)
        slab.borrow_input(0, {spec.type, shape, bytes});
    else
        std::ranges::copy(bytes, slab.input(0, shape).begin());
    return {};
}

Result<void> take_element(std::string_view body, const TensorSpec& spec, Slab& slab,
                          std::string& packed) {
    const Shape shape = smallest(spec.shape);
    if (shape.element_count().value_or(0) != 1)
        return wrong("input '{}': a raw binary request is one element, and the model takes {}",
                     spec.name, spec.shape.to_string());
    const auto length = static_cast<std::uint32_t>(body.size());
    packed.assign(reinterpret_cast<const char*>(&length), sizeof length).append(body);
    slab.borrow_input(0, {spec.type, shape, std::as_bytes(std::span(packed))});
    return {};
}

}  // namespace

Result<std::int64_t> read_raw(std::string_view body, const Signature& signature, Slab& slab,
                              std::string& packed) {
    if (signature.inputs.size() != 1)
        return wrong("a raw binary request is for a model of one input; this one takes {}",
                     signature.to_string());
    slab.leave_out_optional_inputs();
    const TensorSpec& spec = signature.inputs[0];
    if (spec.type == DataType::bytes) {
        if (auto taken = take_element(body, spec, slab, packed); !taken)
            return std::unexpected(taken.error());
        return 1;
    }
    const auto shape = shape_for(spec, signature.batches(), body.size());
    if (!shape) return std::unexpected(shape.error());
    if (auto taken = take_numbers(body, spec, *shape, slab); !taken)
        return std::unexpected(taken.error());
    return signature.batches() ? (*shape)[0] : 1;
}

}  // namespace mettle::v2
