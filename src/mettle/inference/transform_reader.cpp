#include "mettle/inference/transform_reader.hpp"

#include "mettle/inference/model_config_parts.hpp"

#include <fmt/format.h>

namespace mettle {

namespace {

constexpr std::int64_t kLongestSide = 16'384;

std::optional<int> read_side(YamlReader& reader, const YamlNode& node, std::string_view what) {
    const auto side = reader.whole(node, what, 1, kLongestSide);
    return side ? std::optional(static_cast<int>(*side)) : std::nullopt;
}

// [height, width], as tensors have them.
std::optional<ImageSize> read_size(YamlReader& reader, const YamlNode& node,
                                   std::string_view what) {
    if (node.items.size() != 2) {
        reader.wrong(node, fmt::format("{} has {} numbers: it should be [height, width]", what,
                                       node.items.size()));
        return {};
    }
    const auto height = read_side(reader, node.items[0], what);
    const auto width = read_side(reader, node.items[1], what);
    if (!height || !width) return {};
    return ImageSize{.width = *width, .height = *height};
}

// One number for all channels, or one for each.
std::vector<double> read_channels(YamlReader& reader, const YamlNode& node, std::string_view what) {
    std::vector<double> values;
    for (const YamlNode& item : items_of(node)) {
        if (const auto value = reader.number(item, what, -1e9, 1e9)) values.push_back(*value);
    }
    if (values.size() > 3) reader.wrong(node, fmt::format("{} has more than 3 numbers", what));
    return values;
}

void read_geometry(YamlReader& reader, KeyReader& keys, ImageConfig& image) {
    if (const YamlNode* resize = keys.take("resize")) {
        if (resize->is_list())
            image.resize = read_size(reader, *resize, "resize");
        else
            image.resize_shorter = read_side(reader, *resize, "resize");
    }
    if (const YamlNode* crop = keys.take("crop")) {
        if (crop->is_list())
            image.crop = read_size(reader, *crop, "crop");
        else if (const auto side = read_side(reader, *crop, "crop"))
            image.crop = ImageSize{.width = *side, .height = *side};
    }
    if (const YamlNode* how = keys.take("interpolation")) {
        if (reader.choice(*how, "interpolation", {"bilinear", "bicubic"}) == 1)
            image.interpolation = Interpolation::bicubic;
    }
}

void read_numbers(YamlReader& reader, KeyReader& keys, ImageConfig& image) {
    if (const YamlNode* layout = keys.take("layout")) {
        if (const auto which = reader.choice(*layout, "layout", {"nchw", "nhwc"}))
            image.layout = *which == 0 ? ImageLayout::nchw : ImageLayout::nhwc;
    }
    if (const YamlNode* order = keys.take("channels")) {
        if (reader.choice(*order, "channels", {"rgb", "bgr"}) == 1) image.order = ChannelOrder::bgr;
    }
    if (const YamlNode* scale = keys.take("scale"))
        image.scale = reader.number(*scale, "scale", -1e9, 1e9);
    if (const YamlNode* mean = keys.take("mean")) image.mean = read_channels(reader, *mean, "mean");
    if (const YamlNode* std = keys.take("std")) image.std = read_channels(reader, *std, "std");
}

// A file of the model's own folders, since a load request may name one.
std::string read_graph_file(YamlReader& reader, const YamlNode& node, std::string_view what) {
    std::string file = reader.text(node, what);
    if (file.contains('/') || file == "..")
        reader.wrong(node, fmt::format("{} is a file beside the model, without a path", what));
    return file;
}

// `tokenizer.onnx`, or more about it.
BeforeGraph read_before(YamlReader& reader, const YamlNode& node) {
    BeforeGraph before;
    if (!node.is_map()) {
        before.file = read_graph_file(reader, node, "before");
        return before;
    }
    KeyReader keys(reader, node, "before");
    if (const YamlNode* file = keys.take("graph"))
        before.file = read_graph_file(reader, *file, "graph");
    else
        reader.wrong(node, "before needs graph: the file of one");
    if (const YamlNode* pad = keys.take("pad")) {
        for (const auto& [name, value] : map_entries(reader, *pad, "pad"))
            before.pad[name] = reader.whole(*value, "pad", INT32_MIN, INT32_MAX).value_or(0);
    }
    if (const YamlNode* multiple = keys.take("pad_to_multiple_of"))
        before.pad_to_multiple_of =
            reader.whole(*multiple, "pad_to_multiple_of", 1, 65'536).value_or(1);
    keys.finish();
    return before;
}

PictureTransform read_picture(YamlReader& reader, const YamlNode& node) {
    PictureTransform picture;
    if (node.is_null()) return picture;  // All as the tensor wants it.
    KeyReader keys(reader, node, "image");
    if (const YamlNode* input = keys.take("input")) picture.input = reader.text(*input, "input");
    read_geometry(reader, keys, picture.image);
    read_numbers(reader, keys, picture.image);
    keys.finish();
    return picture;
}

ClassTransform read_classes(YamlReader& reader, const YamlNode& node,
                            const ReadConfigFile& read_file) {
    ClassTransform classes;
    if (node.is_null()) return classes;
    KeyReader keys(reader, node, "classes");
    if (const YamlNode* output = keys.take("output"))
        classes.output = reader.text(*output, "output");
    if (const YamlNode* scores = keys.take("activation")) {
        if (const auto which = reader.choice(*scores, "activation", {"none", "softmax", "sigmoid"}))
            classes.activation = static_cast<Activation>(*which);
    }
    if (const YamlNode* top_k = keys.take("top_k"))
        classes.top_k =
            static_cast<std::size_t>(reader.whole(*top_k, "top_k", 1, 100'000).value_or(1));
    if (const YamlNode* threshold = keys.take("threshold"))
        classes.threshold = reader.number(*threshold, "threshold", -1e9, 1e9);
    if (const YamlNode* labels = keys.take("labels"))
        classes.labels = read_labels(reader, *labels, read_file);
    keys.finish();
    return classes;
}

}  // namespace

TransformConfig read_transforms(const YamlNode& node, const ReadConfigFile& read_file,
                                Mistakes& mistakes) {
    YamlReader reader(mistakes);
    TransformConfig config;
    KeyReader keys(reader, node, "transforms");
    if (const YamlNode* before = keys.take("before")) config.before = read_before(reader, *before);
    if (const YamlNode* after = keys.take("after"))
        config.after = read_graph_file(reader, *after, "after");
    if (const YamlNode* image = keys.take("image")) config.picture = read_picture(reader, *image);
    if (const YamlNode* classes = keys.take("classes"))
        config.classes = read_classes(reader, *classes, read_file);
    keys.finish();
    return config;
}

}  // namespace mettle
