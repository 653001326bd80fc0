#include "mettle/inference/repository.hpp"

#include "mettle/base/exit_code.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle {

void ModelRepository::load(const ModelFile& file, const ModelLoader& loader,
                           const ServedModel::Options& options) {
    auto model = loader(file.file);
    if (!model) throw StartupError(model.error().message);
    add(std::make_shared<ServedModel>(file.name, file.version, *std::move(model), options));
}

void ModelRepository::add(std::shared_ptr<ServedModel> model) {
    auto& models = by_name_[model->name()].models;
    if (find(model->name(), model->version())) {
        throw StartupError(
            fmt::format("two models are named '{}' (version {}): rename a folder, or use --name",
                        model->name(), model->version()));
    }
    models.push_back(std::move(model));
    std::ranges::sort(models, {}, [](const auto& entry) { return std::stol(entry->version()); });
}

std::shared_ptr<ServedModel> ModelRepository::find(std::string_view name,
                                                   std::string_view version) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end() || found->second.models.empty()) return nullptr;
    if (version.empty()) return found->second.models.back();
    for (const auto& model : found->second.models) {
        if (model->version() == version) return model;
    }
    return nullptr;
}

std::vector<std::string> ModelRepository::versions_of(std::string_view name) const {
    std::vector<std::string> versions;
    if (const auto found = by_name_.find(name); found != by_name_.end()) {
        for (const auto& model : found->second.models) versions.push_back(model->version());
    }
    return versions;
}

std::vector<std::shared_ptr<ServedModel>> ModelRepository::all() const {
    std::vector<std::shared_ptr<ServedModel>> models;
    for (const auto& [name, versions] : by_name_) {
        for (const auto& model : versions.models) models.push_back(model);
    }
    return models;
}

}  // namespace mettle
