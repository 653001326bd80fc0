#pragma once

#include "mettle/base/result.hpp"
#include "mettle/tensor/tensor.hpp"

#include <vector>

namespace mettle {

// The rows of a tensor, each as a tensor of one row in the same bytes. Fails for BYTES whose
// lengths are not right. REQUIRES: a dimension at least
Result<std::vector<TensorView>> split_rows(const TensorView& whole);

}  // namespace mettle
