#include "mettle/inference/model_files.hpp"

#include "mettle/inference/mlflow_folder.hpp"
#include "mettle/inference/model_config_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>

namespace mettle {

namespace {

namespace fs = std::filesystem;

// More than a repository of thousands of models has; a folder of a million files is no repository.
constexpr std::size_t kMostEntries = 20'000;

std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; entry != end; entry.increment(error)) {
        if (error || paths.size() == kMostEntries) break;
        paths.push_back(entry->path());
    }
    std::ranges::sort(paths);
    return paths;
}

// The config's mistakes are said when the model is loaded.
ModelConfig config_of(const fs::path& folder) {
    Mistakes mistakes;
    return read_model_folder(folder, mistakes);
}

// What the config says that the file is called; empty: nothing.
std::string wanted_file(const ModelConfig& config) {
    const std::string& name = config.model_file;
    return name.contains('/') || name == ".." ? std::string() : name;
}

// Whether it is the graph before or behind the model.
bool is_link(const TransformConfig& config, const fs::path& path) {
    const std::string name = path.filename().string();
    return name == config.after || (config.before && name == config.before->file);
}

// The .onnx file that a folder stands for. Triton wants a folder of that name around a graph whose
// weights stand in files of their own.
std::optional<fs::path> only_model_in(const fs::path& folder, const std::string& wanted,
                                      const TransformConfig& transforms) {
    std::error_code error;
    const fs::path named = folder / (wanted.empty() ? "model.onnx" : wanted);
    if (fs::is_regular_file(named, error)) return named;
    if (fs::is_directory(named, error)) return only_model_in(named, "", transforms);
    if (!wanted.empty()) return std::nullopt;
    std::optional<fs::path> only;
    for (const fs::path& path : entries(folder)) {
        if (path.extension() != ".onnx" || !fs::is_regular_file(path, error)) continue;
        if (is_link(transforms, path)) continue;
        if (only) return std::nullopt;
        only = path;
    }
    return only;
}

std::optional<fs::path> of_other_tools(const fs::path& folder) {
    std::error_code error;
    if (fs::is_regular_file(folder / "MLmodel", error)) {
        const auto mlflow = read_mlflow_folder(folder);
        return mlflow ? std::optional(mlflow->file) : std::nullopt;
    }
    if (fs::is_regular_file(folder / "onnx/model.onnx", error)) return folder / "onnx/model.onnx";
    return std::nullopt;
}

bool is_version(const std::string& name) {
    return !name.empty() && name.size() <= 9 && name.front() != '0' &&
           std::ranges::all_of(name, [](char digit) { return digit >= '0' && digit <= '9'; });
}

std::vector<ModelFile> versions_of(const fs::path& folder) {
    const std::string name = folder.filename().string();
    const ModelConfig config = config_of(folder);
    const std::string wanted = wanted_file(config);
    if (const auto file = only_model_in(folder, wanted, config.transforms))
        return {{name, "1", *file, folder}};
    std::vector<ModelFile> versions;
    for (const fs::path& path : entries(folder)) {
        const std::string version = path.filename().string();
        std::error_code error;
        if (!is_version(version) || !fs::is_directory(path, error)) continue;
        if (const auto file = only_model_in(path, wanted, config.transforms))
            versions.push_back({name, version, *file, folder});
    }
    std::ranges::sort(versions, {},
                      [](const ModelFile& model) { return std::stol(model.version); });
    if (!versions.empty()) return versions;
    if (const auto file = of_other_tools(folder)) return {{name, "1", *file, folder}};
    return {};
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

// Why a folder that looks like another tool's model is none.
std::string why_not(const fs::path& folder) {
    std::error_code error;
    if (fs::is_regular_file(folder / "MLmodel", error)) {
        if (const auto mlflow = read_mlflow_folder(folder); !mlflow) return mlflow.error().message;
    }
    return fmt::format(
        "{} holds no model: expected model.onnx, a single *.onnx, version folders "
        "like 1/model.onnx, or folders of such models",
        folder.string());
}

// Files that belong to a graph: those of its version's folder, or, where that holds other things
// too, those whose names begin with its own.
std::vector<fs::path> files_of(const ModelFile& model) {
    const fs::path home = model.file.parent_path();
    const bool own_folder = home != model.folder;
    std::vector<fs::path> files;
    for (const fs::path& path : entries(home)) {
        const bool belongs =
            own_folder || path.filename().string().starts_with(model.file.stem().string());
        std::error_code error;
        if (belongs && fs::is_regular_file(path, error)) files.push_back(path);
    }
    return files;
}

void add_to_stamp(std::string& stamp, const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error) return;
    const auto changed = fs::last_write_time(path, error).time_since_epoch().count();
    stamp += fmt::format("{} {} {}\n", path.string(), size, changed);
}

}  // namespace

Result<std::vector<ModelFile>> find_models(const fs::path& given, const std::string& name) {
    std::error_code error;
    if (!fs::exists(given, error))
        return fail(Error::Kind::not_found,
                    fmt::format("{}: no such file or folder", given.string()));
    if (!fs::is_directory(given, error))
        return std::vector{ModelFile{name.empty() ? given.stem().string() : name, "1", given,
                                     given.parent_path()}};

    const fs::path folder =
        fs::canonical(given, error);  // "models/digits/" and "." have a name too.
    std::vector<ModelFile> models = versions_of(folder);
    const bool repository = models.empty();
    if (repository) models = models_of_repository(folder);
    if (models.empty()) return fail(Error::Kind::not_found, why_not(folder));
    if (name.empty()) return models;
    if (repository && models.front().name != models.back().name) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("--name can't name the several models of {}", given.string()));
    }
    for (ModelFile& model : models) model.name = name;
    return models;
}

bool is_repository(const fs::path& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return false;
    const fs::path folder = fs::canonical(path, error);
    return !error && versions_of(folder).empty() && !fs::exists(folder / "MLmodel", error);
}

std::uint64_t stamp_of(const ModelFile& model) {
    std::error_code error;
    if (!fs::is_regular_file(model.file, error)) return 0;
    std::string stamp;
    for (const fs::path& path : files_of(model)) add_to_stamp(stamp, path);
    // The config, and what it may name: labels, pre-processing graphs.
    const TransformConfig transforms = config_of(model.folder).transforms;
    for (const fs::path& path : entries(model.folder)) {
        const std::string kind = path.extension().string();
        const bool other_model = kind == ".onnx" &&
                                 path.parent_path() == model.file.parent_path() &&
                                 !is_link(transforms, path);
        if (!other_model && fs::is_regular_file(path, error)) add_to_stamp(stamp, path);
    }
    return std::max<std::uint64_t>(std::hash<std::string>{}(stamp), 1);
}

std::uint64_t file_bytes_of(const ModelFile& model) {
    std::uint64_t bytes = 0;
    for (const fs::path& path : files_of(model)) {
        std::error_code error;
        const auto size = fs::file_size(path, error);
        if (!error) bytes += size;
    }
    return bytes;
}

}  // namespace mettle
