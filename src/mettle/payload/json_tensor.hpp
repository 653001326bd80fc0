#pragma once

// Tensors as JSON: V2's `data`, and the rows of samples.json.

#include "mettle/tensor/signature.hpp"
#include "mettle/tensor/tensor.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace mettle::payload {

// Values nested as their shape or flat, row-major. `shape` must be concrete. Errors say where:
// "[2][0]: 'x' is no number".
Result<Tensor> tensor_from_json(const nlohmann::json& data, DataType type, const Shape& shape);

// The shape of nested arrays; [] for a scalar, and only as deep as the first elements go.
Shape shape_of_json(const nlohmann::json& data);

// Appends the values as a flat JSON array; floats in their shortest exact form. REQUIRES: a type
// that has a JSON form, which fp16 and bf16 have not.
void append_json(std::string& out, const TensorView& tensor);
// One element, halves as their values. REQUIRES: not BYTES, an index within
void append_json_value(std::string& out, const TensorView& tensor, std::size_t index);
bool has_json_form(DataType type);

}  // namespace mettle::payload
