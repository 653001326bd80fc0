#pragma once

#include "mettle/inference/model.hpp"

#include <vector>

namespace mettle {

// Fills every input with zeros (BYTES: empty strings), for warm-ups. A first dimension of any size
// becomes `rows`, the others 1. Returns the shapes.
std::vector<Shape> fill_with_zeros(Slab& slab, const Signature& signature, std::int64_t rows);

}  // namespace mettle
