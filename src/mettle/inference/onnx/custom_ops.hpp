#pragma once

#include "mettle/base/result.hpp"

#include <filesystem>

namespace mettle::onnx {

// Opens a library of custom operators and finds out whether it is one, in words that are clearer
// than the loader's. It stays open until the process ends: its operators outlive any session.
//
// A module made for Python's import (PyPI's onnxruntime-extensions is one) takes some names from
// the python program that imports it; they are had from the libpython of the version that its name
// says.
Result<void> open_custom_ops(const std::filesystem::path& library);

}  // namespace mettle::onnx
