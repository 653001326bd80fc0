#pragma once

#include "mettle/inference/model_files.hpp"
#include "mettle/inference/served_model.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle {

// Makes a model from a file; what kind of model is the caller's knowledge.
using ModelLoader = std::function<Result<std::unique_ptr<Model>>(const std::filesystem::path&)>;

// The models that a server answers for, by name and version. Filled at start-up, then only read.
// Who uses a model holds it meanwhile.
class ModelRepository {
public:
    // Loads and warms up. Throws StartupError for a file that can't be served, or a name taken.
    void load(const ModelFile& file, const ModelLoader& loader,
              const ServedModel::Options& options);
    void add(std::shared_ptr<ServedModel> model);

    // The newest version when `version` is empty. Null: there is none.
    std::shared_ptr<ServedModel> find(std::string_view name, std::string_view version = {}) const;
    std::vector<std::string> versions_of(std::string_view name) const;
    // All of them, by name and ascending version.
    std::vector<std::shared_ptr<ServedModel>> all() const;

private:
    struct Versions {
        std::vector<std::shared_ptr<ServedModel>> models;  // Ascending.
    };
    std::map<std::string, Versions, std::less<>> by_name_;
};

}  // namespace mettle
