#pragma once

#include "mettle/schema/yaml_tree.hpp"
#include "mettle/tensor/tensor.hpp"

namespace mettle {

// Nested lists of numbers, truths or texts as a tensor; its shape is theirs. Fails with a sentence
// for lists of unlike lengths, more than 8 dimensions, and values that the type can't hold.
Result<Tensor> tensor_of(const YamlNode& values, DataType type);

}  // namespace mettle
