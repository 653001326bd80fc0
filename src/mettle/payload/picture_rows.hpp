#pragma once

// Pictures of a folder as records of an input.

#include "mettle/tensor/signature.hpp"
#include "mettle/tensor/tensor.hpp"

#include <string>
#include <vector>

namespace mettle::payload {

// The one input that pictures are for: a tensor of rank 4 (3) that holds them, else BYTES, which
// take files as they are. Fails, naming them, where there is none or more than one.
Result<const TensorSpec*> picture_input(const Signature& signature);

// Of the .jpg, .jpeg and .png files of `folder`, by name: decoded, resized to what the input wants,
// and as numbers from 0 to 1 (UINT8: 0 to 255). Shapes as record_shape() says. Fails with the file
// that can't be read, and where there is none or too much of them.
Result<std::vector<Tensor>> read_pictures(const std::string& folder, const TensorSpec& input);

}  // namespace mettle::payload
