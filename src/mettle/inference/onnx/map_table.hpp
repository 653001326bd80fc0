#pragma once

#include "mettle/inference/onnx/runtime.hpp"
#include "mettle/tensor/tensor.hpp"

#include <string>
#include <vector>

namespace mettle::onnx {

// A sequence of maps from classes to scores, one map a row, as a table: scikit-learn's exports end
// in an operator that makes such (ZipMap). The columns are in the order of the keys.
struct MapTable {
    std::vector<std::string> keys;  // Numbers as text.
    Tensor values;                  // FP32 [rows, keys]; of no rows it has no keys.
};

// REQUIRES: `sequence` is a seq(map(int64,tensor(float))) or seq(map(string,tensor(float))).
// Fails with `internal` when its maps do not have the same keys.
Result<MapTable> read_maps(const OrtValue& sequence);

}  // namespace mettle::onnx
