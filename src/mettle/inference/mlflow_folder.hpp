#pragma once

#include "mettle/base/result.hpp"
#include "mettle/inference/model_config.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace mettle {

// What an MLflow model's `MLmodel` file says: the flavour onnx, the signature, and the example.
struct MlflowModel {
    std::filesystem::path file;
    // Of its signature where that has tensors; columns of a data frame are no tensors.
    std::vector<DeclaredTensor> inputs, outputs;
    std::filesystem::path example;  // Empty: none.
};

// Fails with a sentence for a file that is no such thing, has no onnx flavour, or names files
// outside of `folder`.
Result<MlflowModel> read_mlflow_folder(const std::filesystem::path& folder);

// A warm-up of the example's values, for a graph of that signature: `{"inputs": ...}`, one
// `dataframe_split`, or a bare list. Fails with a sentence for what does not fit the graph.
Result<WarmUp> read_example(const std::filesystem::path& file, const Signature& graph);

}  // namespace mettle
