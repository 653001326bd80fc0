#pragma once

#include "mettle/inference/onnx/runtime.hpp"

#include <string>
#include <string_view>

namespace mettle::onnx {

// A type in ONNX's own notation, as its tools print it: "tensor(float)",
// "seq(map(int64,tensor(float)))".
std::string type_text(const OrtTypeInfo& info);

std::string_view element_text(ONNXTensorElementDataType type);  // "float16"

}  // namespace mettle::onnx
