#pragma once

// What the fuzz targets of request parsers hold against a request that was accepted.

#include "mettle/serving/wire/fake_slab.hpp"

#include <cstdlib>

namespace mettle::wire {

inline void require(bool condition) {
    if (!condition) std::abort();
}

inline const Signature kFuzzOneInput{{{"x", DataType::fp32, {-1, 2}}},
                                     {{"y", DataType::fp32, {-1}}}};
inline const Signature kFuzzTwoInputs{
    {{"x", DataType::fp32, {-1, 1}}, {"s", DataType::bytes, {-1}}}, {{"y", DataType::fp32, {-1}}}};

// Each input is there, in a shape that the signature takes, with a row for each of `rows`.
inline void require_fits(const FakeSlab& slab, const Signature& signature, std::int64_t rows) {
    require(rows >= 1);
    for (std::size_t input = 0; input < signature.inputs.size(); ++input) {
        const TensorView& view = slab.inputs.at(input);
        require(signature.inputs[input].shape.accepts(view.shape));
        require(view.shape[0] == rows);
        const std::int64_t count = view.shape.element_count().value();
        if (view.type == DataType::bytes)
            require(split_bytes(view.data, count).has_value());
        else
            require(view.data.size() == static_cast<std::size_t>(count) * element_size(view.type));
    }
}

}  // namespace mettle::wire
