#include "mettle/inference/model_config_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle {

namespace {

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.emplace_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::optional<std::string> read_named(YamlReader& reader, const YamlNode& node,
                                      std::string_view what, const ReadConfigFile& read_file) {
    const std::string name = reader.text(node, what);
    if (name.empty()) return {};
    auto content = read_file(name);
    if (content) return *std::move(content);
    reader.wrong(node, fmt::format("{}: {}", what, content.error().message));
    return {};
}

DeclaredTensor read_one(YamlReader& reader, const YamlNode& node, std::string_view what,
                        const ReadConfigFile& read_file, std::vector<std::string>& labels) {
    DeclaredTensor tensor;
    tensor.place = tensor.type_place = tensor.dims_place = node.place;
    KeyReader keys(reader, node, fmt::format("an {}", what));
    if (const YamlNode* name = keys.take("name")) {
        tensor.name = reader.text(*name, "name");
        tensor.place = name->place;
    } else if (node.is_map()) {
        reader.wrong(node, fmt::format("an {} needs a name", what));
    }
    if (const YamlNode* type = keys.take("data_type")) {
        tensor.type = read_data_type(reader, *type);
        tensor.type_place = type->place;
    }
    const YamlNode* dims = keys.take("dims");
    if (dims) {
        tensor.dims = read_dims(reader, *dims, -1);
        tensor.dims_place = dims->place;
    }
    if (const YamlNode* reshape = keys.take("reshape")) {
        KeyReader inside(reader, *reshape, "reshape");
        const YamlNode* shape = inside.take("shape");
        tensor.dims = shape ? read_dims(reader, *shape, -1) : Shape();  // Empty: a scalar.
        tensor.dims_place = reshape->place;
        inside.finish();
    }
    if (const YamlNode* optional = keys.take("optional"))
        tensor.optional = reader.truth(*optional, "optional");
    if (const YamlNode* file = keys.take("label_filename"))
        if (const auto text = read_named(reader, *file, "label_filename", read_file))
            labels = lines_of(*text);
    keys.take("format");  // Which of NHWC and NCHW dims are meant as changes nothing here.
    for (const std::string_view key : {"is_shape_tensor", "allow_ragged_batch"}) {
        if (const YamlNode* flag = keys.take(key); flag && reader.truth(*flag, key))
            reader.wrong(*flag, fmt::format("{} is not offered", key));
    }
    keys.finish();
    return tensor;
}

// How a warm-up's input is filled: one of the three keys.
void read_fill(YamlReader& reader, const YamlNode& node, KeyReader& keys,
               const ReadConfigFile& read_file, WarmUpInput& input) {
    const YamlEntry* kind = keys.take_one({"zero_data", "random_data", "input_data_file"});
    if (!kind) {
        reader.wrong(node,
                     "a warm-up's input needs zero_data: true, random_data: true or "
                     "input_data_file");
    } else if (kind->key == "input_data_file") {
        input.fill = WarmUpInput::Fill::bytes;
        // Triton's place for them is a folder of the model's.
        const auto beside = [&](const std::string& name) { return read_file("warmup/" + name); };
        if (const auto text = read_named(reader, kind->value, kind->key, beside)) {
            const auto bytes = std::as_bytes(std::span(*text));
            input.bytes.assign(bytes.begin(), bytes.end());
        }
    } else if (reader.truth(kind->value, kind->key) && kind->key == "random_data") {
        input.fill = WarmUpInput::Fill::noise;
    }
}

WarmUpInput read_warm_up_input(YamlReader& reader, std::string name, const YamlNode& node,
                               const ReadConfigFile& read_file) {
    WarmUpInput input;
    input.name = std::move(name);
    input.place = node.place;
    KeyReader keys(reader, node, "a warm-up's input");
    if (const YamlNode* type = keys.take("data_type"))
        input.type = read_data_type(reader, *type).value_or(DataType::fp32);
    else
        reader.wrong(node, "a warm-up's input needs a data_type");
    if (const YamlNode* dims = keys.take("dims"))
        input.dims = read_dims(reader, *dims, 0).value_or(Shape());
    read_fill(reader, node, keys, read_file, input);
    keys.finish();
    return input;
}

}  // namespace

std::optional<DataType> read_data_type(YamlReader& reader, const YamlNode& node) {
    const std::string text = reader.text(node, "data_type");
    std::string_view name = text;
    if (name.starts_with("TYPE_")) name.remove_prefix(5);
    if (name == "STRING") return DataType::bytes;
    if (const auto type = data_type_from_name(name)) return type;
    if (node.is_scalar())
        reader.wrong(node, fmt::format("data_type '{}' is none: they are TYPE_FP32, TYPE_INT64, "
                                       "TYPE_UINT8, TYPE_BOOL, TYPE_STRING and their like",
                                       text.substr(0, 60)));
    return {};
}

std::optional<Shape> read_dims(YamlReader& reader, const YamlNode& node, std::int64_t least) {
    Shape shape;
    for (const YamlNode& item : items_of(node)) {
        if (shape.rank() == Shape::kMaxRank) {
            reader.wrong(node, fmt::format("there are more than {} dimensions", Shape::kMaxRank));
            return {};
        }
        const auto dim = reader.whole(item, "a dimension", least, std::int64_t{1} << 40);
        if (!dim) return {};
        shape.push_back(*dim);
    }
    return shape;
}

std::vector<DeclaredTensor> read_declared(YamlReader& reader, const YamlNode& node,
                                          std::string_view what, const ReadConfigFile& read_file,
                                          std::vector<std::string>& labels) {
    std::vector<DeclaredTensor> tensors;
    for (const YamlNode& item : items_of(node)) {
        DeclaredTensor tensor = read_one(reader, item, what, read_file, labels);
        const bool twice = std::ranges::any_of(
            tensors, [&](const DeclaredTensor& other) { return other.name == tensor.name; });
        if (twice && !tensor.name.empty())
            reader.mistakes.add(tensor.place,
                                fmt::format("{} '{}' stands twice", what, tensor.name));
        else
            tensors.push_back(std::move(tensor));
    }
    return tensors;
}

std::vector<WarmUp> read_warm_ups(YamlReader& reader, const YamlNode& node,
                                  const ReadConfigFile& read_file) {
    constexpr std::size_t kMost = 100;
    std::vector<WarmUp> all;
    for (const YamlNode& item : items_of(node)) {
        if (all.size() == kMost) {
            reader.wrong(item, fmt::format("there are more than {} warm-ups", kMost));
            break;
        }
        WarmUp warm_up;
        warm_up.place = item.place;
        KeyReader keys(reader, item, "a warm-up");
        if (const YamlNode* name = keys.take("name")) warm_up.name = reader.text(*name, "name");
        if (const YamlNode* rows = keys.take("batch_size"))
            warm_up.rows = reader.whole(*rows, "batch_size", 0, 65'536).value_or(0);
        if (const YamlNode* count = keys.take("count"))
            warm_up.count = static_cast<int>(reader.whole(*count, "count", 0, 1'000).value_or(1));
        if (const YamlNode* inputs = keys.take("inputs")) {
            for (const auto& [name, value] : map_entries(reader, *inputs, "inputs"))
                warm_up.inputs.push_back(read_warm_up_input(reader, name, *value, read_file));
        }
        keys.finish();
        warm_up.count = std::max(warm_up.count, 1);
        all.push_back(std::move(warm_up));
    }
    return all;
}

std::vector<std::string> read_labels(YamlReader& reader, const YamlNode& node,
                                     const ReadConfigFile& read_file) {
    if (node.is_list()) return reader.texts(node, "labels");
    const auto text = read_named(reader, node, "labels", read_file);
    return text ? lines_of(*text) : std::vector<std::string>();
}

}  // namespace mettle
