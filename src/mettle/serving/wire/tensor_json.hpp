#pragma once

#include "mettle/tensor/tensor.hpp"

#include <string>

namespace mettle::wire {

// Appends the elements as a flat JSON array, numbers in their shortest form. A value that is not
// finite is written as NaN, Infinity or -Infinity, which is no JSON but what Triton's clients read.
// REQUIRES: tensor is not FP16 or BF16, which have no JSON form.
void append_elements(std::string& out, const TensorView& tensor);

// Appends a JSON string, quotes included. Bytes that are no UTF-8 go through as they are.
void append_string(std::string& out, std::string_view text);

}  // namespace mettle::wire
