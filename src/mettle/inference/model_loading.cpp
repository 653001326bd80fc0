#include "mettle/inference/model_loading.hpp"

#include "mettle/base/log.hpp"
#include "mettle/host/heap.hpp"
#include "mettle/inference/config_check.hpp"
#include "mettle/inference/mlflow_folder.hpp"
#include "mettle/inference/model_config_reader.hpp"
#include "mettle/inference/warm_up.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace mettle {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMadeUpRows = 32;

// {"id2label": {"0": "cat", "1": "dog"}}; what is no such thing has no labels.
std::vector<std::string> labels_of_hugging_face(const fs::path& folder) {
    std::error_code error;
    if (!fs::is_regular_file(folder / "config.json", error)) return {};
    const auto text = read_small_file(folder / "config.json");
    if (!text) return {};
    Mistakes mistakes;
    const YamlNode root = parse_yaml(*text, mistakes.add_file("config.json"), mistakes);
    const YamlNode* names = mistakes.empty() ? root.find("id2label") : nullptr;
    if (!names || !names->is_map()) return {};
    std::vector<std::string> labels(names->entries.size());
    for (const YamlEntry& entry : names->entries) {
        const auto index = parse_number(entry.key);
        if (!index || *index < 0 || *index >= static_cast<double>(labels.size())) return {};
        labels[static_cast<std::size_t>(*index)] = entry.value.text;
    }
    return labels;
}

// What MLflow wrote down about a model is a sample of somebody's data, not somebody's word: where
// it differs from the graph the graph is right.
void look_at_mlflow(const ModelFile& file, const Signature& graph, ModelConfig& config) {
    std::error_code error;
    if (!fs::is_regular_file(file.folder / "MLmodel", error)) return;
    const auto mlflow = read_mlflow_folder(file.folder);
    if (!mlflow) return;
    Mistakes differences;
    differences.add_file((file.folder / "MLmodel").string());
    ModelConfig said;
    said.inputs = mlflow->inputs;
    said.outputs = mlflow->outputs;
    check_config(said, graph, differences);
    if (!differences.empty())
        log::warning(fmt::format("model {}: {}", file.name, differences.to_string()));
    if (mlflow->example.empty() || !config.warm_ups.empty()) return;
    auto example = read_example(mlflow->example, graph);
    if (example)
        config.warm_ups.push_back(*std::move(example));
    else
        log::info(fmt::format("model {} is not warmed up with its input example: {}", file.name,
                              example.error().message));
}

std::unexpected<Error> refused(const ModelFile& file, std::string_view why) {
    return fail(Error::Kind::invalid_input,
                fmt::format("model '{}' version {}: {}", file.name, file.version, why));
}

}  // namespace

Result<ModelConfig> read_config_of(const ModelFile& file, const std::string& override_json,
                                   Mistakes& mistakes) {
    ModelConfig config;
    if (!override_json.empty()) {
        const auto no_files = [](const std::string& name) -> Result<std::string> {
            return fail(Error::Kind::invalid_input,
                        fmt::format("'{}': a load request names no files", name));
        };
        config = read_model_config(override_json, ConfigForm::json, "parameters.config", no_files,
                                   mistakes);
    } else {
        config = read_model_folder(file.folder, mistakes);
    }
    const std::string own = file.folder.filename().string();
    if (!config.name.empty() && config.name != file.name && config.name != own)
        mistakes.add(config.name_place, fmt::format("name is '{}', but the model's folder says "
                                                    "'{}': leave name out, or rename one",
                                                    config.name, file.name));
    if (!mistakes.empty()) return fail(Error::Kind::invalid_input, mistakes.to_string());
    if (config.labels.empty()) config.labels = labels_of_hugging_face(file.folder);
    if (auto& classes = config.transforms.classes; classes && classes->labels.empty())
        classes->labels = config.labels;
    return config;
}

Result<LoadedVersion> load_version(const ModelFile& file, const ModelConfig& given,
                                   Mistakes& mistakes, ModelFactory& factory,
                                   bool must_take_zeros) {
    const std::uint64_t heap_before = host::heap_bytes();
    auto model = factory.make(file, given);
    if (!model) return std::unexpected(model.error());
    ModelConfig config = given;
    check_config(config, (*model)->run_signature(), mistakes);
    if (!mistakes.empty()) return fail(Error::Kind::invalid_input, mistakes.to_string());
    look_at_mlflow(file, (*model)->run_signature(), config);
    if (auto ran = run_warm_ups(**model, config.warm_ups); !ran)
        return refused(file, ran.error().message);

    LoadedVersion loaded;
    const auto made_up =
        run_made_up_warm_ups(**model, config.batching.max_batch_rows.value_or(kMadeUpRows));
    loaded.took_zeros = made_up.has_value();
    if (!made_up && must_take_zeros)
        return refused(file, fmt::format("it can't run on zeros, as the version before it could: "
                                         "{}",
                                         made_up.error().message));
    loaded.model = std::make_shared<ServedModel>(file.name, file.version, *std::move(model),
                                                 factory.options(config));
    const std::uint64_t heap_after = host::heap_bytes();
    loaded.bytes = std::max(file_bytes_of(file), heap_after - std::min(heap_before, heap_after));
    return loaded;
}

}  // namespace mettle
