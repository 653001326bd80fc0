#pragma once

#include "mettle/inference/model.hpp"
#include "mettle/serving/wire/tensor_json.hpp"

#include <string>

namespace mettle::wire {

// Appends an output; with `single`, the only row of one that has a row, without its dimension.
void append_output(std::string& out, const TensorView& tensor, bool single, ElementForm form);

// {"name": output, ...}
void append_outputs(std::string& out, const Signature& signature, const Slab& slab, bool single,
                    ElementForm form);

}  // namespace mettle::wire
