#pragma once

// NumPy's files: .npy holds one array, .npz (a zip) several by name.

#include "mettle/base/result.hpp"
#include "mettle/payload/tensors.hpp"

#include <cstddef>
#include <string_view>

namespace mettle::payload {

// Booleans, integers and floats of 16 bits or more, little-endian, in C order, and texts (S, U) as
// BYTES. Fails, without naming the file, for others, objects among them, and for sizes that
// disagree.
Result<Tensor> parse_npy(std::string_view bytes);

// Its arrays by name, without ".npy". What they unpack to is bounded by `most_bytes`.
Result<Tensors> parse_npz(std::string_view bytes, std::size_t most_bytes = std::size_t{1} << 30);

}  // namespace mettle::payload
