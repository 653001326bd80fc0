#pragma once

#include "mettle/inference/model.hpp"

#include <cstdint>
#include <vector>

namespace mettle {

// Fills every input with zeros (BYTES: empty strings), for warm-ups. A first dimension of any size
// becomes `rows`, the others 1. Returns the shapes.
std::vector<Shape> fill_with_zeros(Slab& slab, const Signature& signature, std::int64_t rows);

// One row for every input: FP32 from 0 to 1, the same for the same seed; zeros for the rest, since
// an index that is not zero may be out of range. REQUIRES: no BYTES
void fill_with_noise(Slab& slab, const Signature& signature, std::uint32_t seed);

}  // namespace mettle
