#pragma once

#include "mettle/inference/model.hpp"

#include <cstdint>
#include <string>

namespace mettle::invocations {

// What MLflow answers for a model in ONNX: {"predictions": [{"output": value, ...}, ...]} with a
// record for each row of a table, else {"predictions": {"output": values, ...}}. Fails with
// `invalid_input` where an output has no row for each of the table's.
Result<void> encode_predictions(const Signature& signature, bool by_row, std::int64_t rows,
                                const Slab& slab, std::string& out);

// The same as CSV without names, which SageMaker's clients ask for by Accept: a line for each row,
// with the elements of all its outputs, texts quoted where they have to be.
Result<void> encode_csv(const Signature& signature, std::int64_t rows, const Slab& slab,
                        std::string& out);

}  // namespace mettle::invocations
