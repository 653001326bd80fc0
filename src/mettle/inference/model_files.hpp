#pragma once

#include "mettle/base/result.hpp"

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
};

// What a path on the command line stands for: a model file; a folder that is a model, since it has
// model.onnx, a single *.onnx, or integer sub-folders holding one; or a repository of such folders.
// Other files are ignored. `name`, when not empty, replaces the folder's or file's own; a
// repository of several models takes none. Versions of a model come in ascending order.
Result<std::vector<ModelFile>> find_models(const std::filesystem::path& path,
                                           const std::string& name);

}  // namespace mettle
