#pragma once

#include "mettle/inference/onnx/runtime.hpp"

#include <vector>

namespace mettle::onnx {

// A dimension of an output by where its size comes from: fixed, the same as a dimension of an
// input, or known only after the run.
struct OutputDim {
    enum class Source { fixed, input, unknown } source = Source::unknown;
    std::int64_t size = 0;  // Of fixed.
    std::size_t input = 0, axis = 0;
};

struct GraphSignature {
    Signature signature;
    // For each output, where its dimensions come from. Nothing for one that can't be foreseen.
    std::vector<std::optional<std::vector<OutputDim>>> foreseen;
    // For each output, whether the graph gives it as maps, one a row: see MapTable. How many
    // classes there are, and their names, shows in a run.
    std::vector<bool> is_maps;
};

// Reads what a session's graph takes and gives; inputs that have an initialiser are optional.
// Fails with the input or output that can't be served
// and why.
Result<GraphSignature> read_signature(const OrtSession& session);

}  // namespace mettle::onnx
