#include "mettle/inference/mlflow_folder.hpp"

#include "mettle/inference/model_config_reader.hpp"
#include "mettle/inference/tensor_values.hpp"
#include "mettle/schema/yaml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace mettle {

namespace {

namespace fs = std::filesystem;

constexpr YamlLimits kLimits{.bytes = std::size_t{1} << 20, .nodes = 200'000, .depth = 32};

std::unexpected<Error> wrong(const fs::path& file, std::string_view why) {
    return fail(Error::Kind::invalid_input, fmt::format("{}: {}", file.string(), why));
}

// A path that the file names, inside the folder only.
Result<fs::path> inside(const fs::path& folder, const std::string& name) {
    const fs::path path(name);
    if (name.empty() || path.is_absolute() || std::ranges::find(path, "..") != path.end())
        return wrong(folder / "MLmodel", fmt::format("'{}' is not inside the folder", name));
    return folder / path;
}

const YamlNode* at(const YamlNode& node, std::initializer_list<std::string_view> keys) {
    const YamlNode* found = &node;
    for (const std::string_view key : keys)
        if (found) found = found->find(key);
    return found;
}

std::optional<DataType> type_of_numpy(std::string_view name) {
    static const std::map<std::string_view, DataType> kTypes = {
        {"bool", DataType::boolean},  {"int8", DataType::int8},     {"int16", DataType::int16},
        {"int32", DataType::int32},   {"int64", DataType::int64},   {"uint8", DataType::uint8},
        {"uint16", DataType::uint16}, {"uint32", DataType::uint32}, {"uint64", DataType::uint64},
        {"float16", DataType::fp16},  {"float32", DataType::fp32},  {"float64", DataType::fp64},
        {"object", DataType::bytes},  {"str", DataType::bytes},
    };
    const auto found = kTypes.find(name);
    return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

// One side of a signature is a JSON text in the YAML.
Result<std::vector<DeclaredTensor>> read_side(const YamlNode* text, const fs::path& file) {
    std::vector<DeclaredTensor> tensors;
    if (!text || !text->is_scalar()) return tensors;
    Mistakes mistakes;
    const YamlNode list =
        parse_yaml(text->text, mistakes.add_file(file.string()), mistakes, kLimits);
    if (!mistakes.empty()) return wrong(file, "its signature is not JSON");
    for (const YamlNode& item : list.items) {
        const YamlNode* type = at(item, {"tensor-spec", "dtype"});
        const YamlNode* shape = at(item, {"tensor-spec", "shape"});
        const YamlNode* name = item.find("name");
        if (!type || !shape || !name || name->text.empty()) continue;
        DeclaredTensor tensor;
        tensor.name = name->text;
        tensor.type = type_of_numpy(type->text);
        tensor.place = tensor.type_place = tensor.dims_place = text->place;
        Shape dims;
        YamlReader reader(mistakes);
        for (const YamlNode& dim : shape->items)
            if (dims.rank() < Shape::kMaxRank)
                dims.push_back(
                    reader.whole(dim, "a dimension", -1, std::int64_t{1} << 40).value_or(-1));
        tensor.dims = dims;
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

}  // namespace

Result<MlflowModel> read_mlflow_folder(const fs::path& folder) {
    const fs::path file = folder / "MLmodel";
    const auto text = read_small_file(file);
    if (!text) return std::unexpected(text.error());
    Mistakes mistakes;
    const YamlNode root = parse_yaml(*text, mistakes.add_file(file.string()), mistakes, kLimits);
    if (!mistakes.empty()) return fail(Error::Kind::invalid_input, mistakes.to_string());
    const YamlNode* flavors = root.find("flavors");
    const YamlNode* onnx = flavors ? flavors->find("onnx") : nullptr;
    if (!onnx) {
        std::string others;
        if (flavors)
            for (const YamlEntry& entry : flavors->entries) others += " " + entry.key;
        return wrong(
            file, fmt::format("it has no onnx flavour, only{}", others.empty() ? " none" : others));
    }
    const YamlNode* data = onnx->find("data");
    auto model = inside(folder, data && data->is_scalar() ? data->text : "model.onnx");
    if (!model) return std::unexpected(model.error());
    MlflowModel mlflow;
    mlflow.file = *std::move(model);
    std::error_code error;
    if (fs::is_directory(mlflow.file, error)) mlflow.file /= "model.onnx";
    if (!fs::is_regular_file(mlflow.file, error))
        return wrong(file, fmt::format("its model {} is not there", mlflow.file.string()));
    if (const YamlNode* path = at(root, {"saved_input_example_info", "artifact_path"})) {
        auto example = inside(folder, path->text);
        if (!example) return std::unexpected(example.error());
        if (fs::is_regular_file(*example, error)) mlflow.example = *std::move(example);
    }
    auto inputs = read_side(at(root, {"signature", "inputs"}), file);
    auto outputs = read_side(at(root, {"signature", "outputs"}), file);
    if (!inputs) return std::unexpected(inputs.error());
    if (!outputs) return std::unexpected(outputs.error());
    mlflow.inputs = *std::move(inputs);
    mlflow.outputs = *std::move(outputs);
    return mlflow;
}

Result<WarmUp> read_example(const fs::path& file, const Signature& graph) {
    const auto text = read_small_file(file);
    if (!text) return std::unexpected(text.error());
    Mistakes mistakes;
    const YamlNode root = parse_yaml(*text, mistakes.add_file(file.string()), mistakes, kLimits);
    if (!mistakes.empty()) return fail(Error::Kind::invalid_input, mistakes.to_string());
    const YamlNode* values = &root;
    if (const YamlNode* inputs = root.find("inputs")) values = inputs;
    if (const YamlNode* data = root.find("data")) values = data;
    WarmUp warm_up;
    warm_up.name = file.filename().string();
    for (const TensorSpec& spec : graph.inputs) {
        const YamlNode* own = values->is_map() ? values->find(spec.name) : values;
        if (!own || (!values->is_map() && graph.inputs.size() > 1))
            return wrong(file, fmt::format("it has no values for input {}", spec.to_string()));
        auto tensor = tensor_of(*own, spec.type);
        if (!tensor) return wrong(file, tensor.error().message);
        if (!spec.shape.accepts(tensor->shape))
            return wrong(file, fmt::format("its values of shape {} don't fit input {}",
                                           tensor->shape.to_string(), spec.to_string()));
        WarmUpInput input;
        input.name = spec.name;
        input.type = spec.type;
        input.dims = tensor->shape;
        input.fill = WarmUpInput::Fill::bytes;
        input.bytes.assign(tensor->data().begin(), tensor->data().end());
        warm_up.inputs.push_back(std::move(input));
    }
    return warm_up;
}

}  // namespace mettle
