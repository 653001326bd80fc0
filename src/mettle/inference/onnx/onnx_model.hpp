#pragma once

#include "mettle/base/result.hpp"
#include "mettle/inference/model.hpp"
#include "mettle/inference/onnx/providers.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mettle::onnx {

struct Options {
    int intra_op_threads = 1;  // A worker's own; more only pays for large models on idle machines.
    // ONNX Runtime's GraphOptimizationLevel: 0, 1, 2, 99.
    int graph_optimization_level = 99;
    // What runs it, first choice first; empty: the CPU.
    std::vector<ProviderChoice> providers = {};
    std::vector<ProviderLibrary> provider_libraries = {};
    // Where optimised graphs are kept for the next start (ModelCache); empty: nowhere.
    std::filesystem::path cache_folder = {};
    // Libraries of custom operators that the graph may use.
    std::vector<std::filesystem::path> custom_ops = {};
};

// A model on ONNX Runtime. One session, shared by all threads that run it; each slab
// keeps the runtime's values for its own memory, so that a run of a known shape allocates nothing.
//
// Fails with `invalid_input` and a sentence when the file is no readable ONNX model, or when an
// input or output is of a kind that can't be served.
Result<std::unique_ptr<Model>> load(const std::filesystem::path& file, const Options& options);

std::string runtime_version();  // "1.32.0"

// Opens the runtime's library and makes its environment, which the first load would do otherwise:
// then what a load takes is the model's alone. Throws StartupError when there is no such library.
void start_runtime();

}  // namespace mettle::onnx
