#pragma once

#include "mettle/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mettle {

// A version of a model on disk.
struct ModelFile {
    bool operator==(const ModelFile&) const = default;

    std::string name;
    std::string version;  // "1" where the layout has no versions.
    std::filesystem::path file;
    std::filesystem::path folder;  // The model's: where its config stands.
};

// What a path on the command line stands for: a model file; a folder that is a model, since it has
// model.onnx, a single *.onnx, onnx/model.onnx (Hugging Face), an MLmodel with the onnx flavour
// (MLflow), or integer sub-folders holding one; or a repository of such folders. Other files are
// ignored. `name`, when not empty, replaces the folder's or file's own; a repository of several
// models takes none. Versions of a model come in ascending order.
Result<std::vector<ModelFile>> find_models(const std::filesystem::path& path,
                                           const std::string& name);

// Whether `path` is a folder that holds models rather than being one.
bool is_repository(const std::filesystem::path& path);

// Changes when a file of this version or of the model's config does: names, sizes and moments of
// the last change. 0: there is no such file.
std::uint64_t stamp_of(const ModelFile& model);

// Of the graph and what weights stand beside it.
std::uint64_t file_bytes_of(const ModelFile& model);

}  // namespace mettle
