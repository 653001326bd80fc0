#pragma once

#include "mettle/inference/onnx/onnx_model.hpp"
#include "mettle/inference/onnx/runtime.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace mettle::onnx {

struct OpenedSession {
    std::unique_ptr<OrtSession, Release> session;
    std::string providers;  // Those that it has, first choice first: "cuda,cpu".
};

// Opens a graph as `options` say, with the providers that can be had; where the first of them can't
// take the graph, with the others. Fails with why, without the file's name.
Result<OpenedSession> open_session(const std::filesystem::path& file, const Options& options);

}  // namespace mettle::onnx
