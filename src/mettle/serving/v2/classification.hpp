#pragma once

#include "mettle/base/result.hpp"
#include "mettle/tensor/tensor.hpp"

#include <span>
#include <string>

namespace mettle::v2 {

// Triton's classification extension: of each row the `classes` largest values, largest first, as
// BYTES "value:index" or "value:index:label". `by_row`: the first dimension is rows; else all of
// the tensor is one. Fails with `invalid_input` for a tensor that is not of numbers.
Result<Tensor> classify(const TensorView& tensor, std::size_t classes, bool by_row,
                        std::span<const std::string> labels);

}  // namespace mettle::v2
