#include "mettle/inference/model_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace mettle {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; entry != end; entry.increment(error)) {
        if (error) break;
        paths.push_back(entry->path());
    }
    std::ranges::sort(paths);
    return paths;
}

// The .onnx file that a folder stands for.
std::optional<fs::path> only_model_in(const fs::path& folder) {
    std::error_code error;
    if (fs::is_regular_file(folder / "model.onnx", error)) return folder / "model.onnx";
    std::optional<fs::path> only;
    for (const fs::path& path : entries(folder)) {
        if (path.extension() != ".onnx" || !fs::is_regular_file(path, error)) continue;
        if (only) return std::nullopt;
        only = path;
    }
    return only;
}

bool is_version(const std::string& name) {
    return !name.empty() && name.size() <= 9 && name.front() != '0' &&
           std::ranges::all_of(name, [](char digit) { return digit >= '0' && digit <= '9'; });
}

std::vector<ModelFile> versions_of(const fs::path& folder) {
    const std::string name = folder.filename().string();
    if (const auto file = only_model_in(folder)) return {{name, "1", *file}};
    std::vector<ModelFile> versions;
    for (const fs::path& path : entries(folder)) {
        const std::string version = path.filename().string();
        std::error_code error;
        if (!is_version(version) || !fs::is_directory(path, error)) continue;
        if (const auto file = only_model_in(path)) versions.push_back({name, version, *file});
    }
    std::ranges::sort(versions, {},
                      [](const ModelFile& model) { return std::stol(model.version); });
    return versions;
}

std::vector<ModelFile> models_of_repository(const fs::path& folder) {
    std::vector<ModelFile> models;
    for (const fs::path& path : entries(folder)) {
        std::error_code error;
        if (!fs::is_directory(path, error)) continue;
        std::ranges::move(versions_of(path), std::back_inserter(models));
    }
    return models;
}

}  // namespace

Result<std::vector<ModelFile>> find_models(const fs::path& given, const std::string& name) {
    std::error_code error;
    if (!fs::exists(given, error))
        return fail(Error::Kind::not_found,
                    fmt::format("{}: no such file or folder", given.string()));
    if (!fs::is_directory(given, error))
        return std::vector{ModelFile{name.empty() ? given.stem().string() : name, "1", given}};

    const fs::path folder =
        fs::canonical(given, error);  // "models/digits/" and "." have a name too.
    std::vector<ModelFile> models = versions_of(folder);
    const bool repository = models.empty();
    if (repository) models = models_of_repository(folder);
    if (models.empty()) {
        return fail(Error::Kind::not_found,
                    fmt::format("{} holds no model: expected model.onnx, a single *.onnx, version "
                                "folders like 1/model.onnx, or folders of such models",
                                given.string()));
    }
    if (name.empty()) return models;
    if (repository && models.front().name != models.back().name) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("--name can't name the several models of {}", given.string()));
    }
    for (ModelFile& model : models) model.name = name;
    return models;
}

}  // namespace mettle
