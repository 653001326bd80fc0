#include "mettle/inference/transform_reader.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

struct TransformReader : ::testing::Test {
    TransformConfig read(std::string_view text) {
        const auto read_file = [](const std::string& name) -> Result<std::string> {
            if (name == "labels.txt") return "cat\ndog\n";
            return fail(Error::Kind::not_found, "there is no file " + name);
        };
        const YamlNode node = parse_yaml(text, mistakes.add_file("mettle.yaml"), mistakes);
        return read_transforms(node, read_file, mistakes);
    }
    std::string wrong_with(std::string_view text) {
        read(text);
        return mistakes.to_string();
    }
    Mistakes mistakes;
};

TEST_F(TransformReader, ReadsAPicture) {
    const TransformConfig config = read(R"(
image:
  input: pixels
  resize: [240, 320]
  crop: 224
  interpolation: bicubic
  channels: bgr
  layout: nhwc
  scale: 1
  mean: [104, 117, 123]
  std: 2
)");
    EXPECT_EQ(mistakes.to_string(), "");
    ASSERT_TRUE(config.picture);
    const ImageConfig& image = config.picture->image;
    EXPECT_EQ(config.picture->input, "pixels");
    EXPECT_EQ(image.resize, (ImageSize{.width = 320, .height = 240}));
    EXPECT_EQ(image.resize_shorter, std::nullopt);
    EXPECT_EQ(image.crop, (ImageSize{.width = 224, .height = 224}));
    EXPECT_EQ(image.interpolation, Interpolation::bicubic);
    EXPECT_EQ(image.order, ChannelOrder::bgr);
    EXPECT_EQ(image.layout, ImageLayout::nhwc);
    EXPECT_EQ(image.scale, 1);
    EXPECT_THAT(image.mean, ElementsAre(104, 117, 123));
    EXPECT_THAT(image.std, ElementsAre(2));
    EXPECT_FALSE(config.classes);
}

TEST_F(TransformReader, ReadsClasses) {
    const TransformConfig config = read(
        "classes: {output: y, activation: sigmoid, top_k: 2, threshold: 0.5, labels: labels.txt}");
    EXPECT_EQ(mistakes.to_string(), "");
    EXPECT_EQ(config.classes, (ClassTransform{.output = "y",
                                              .activation = Activation::sigmoid,
                                              .top_k = 2,
                                              .threshold = 0.5,
                                              .labels = {"cat", "dog"}}));
}

TEST_F(TransformReader, TakesAKeyWithoutAValueAsAllDefaults) {
    const TransformConfig config = read("image:\nclasses:\n");
    EXPECT_EQ(mistakes.to_string(), "");
    EXPECT_EQ(config.picture, PictureTransform());
    EXPECT_EQ(config.classes, ClassTransform());
}

TEST_F(TransformReader, ReadsGraphs) {
    TransformConfig config = read("before: tokenizer.onnx\nafter: post.onnx");
    EXPECT_EQ(config.before, BeforeGraph{.file = "tokenizer.onnx"});
    EXPECT_EQ(config.after, "post.onnx");
    config = read("before: {graph: t.onnx, pad: {ids: 1, mask: 0}, pad_to_multiple_of: 8}");
    EXPECT_EQ(mistakes.to_string(), "");
    EXPECT_THAT(config.before->pad, ElementsAre(Pair("ids", 1), Pair("mask", 0)));
    EXPECT_EQ(config.before->pad_to_multiple_of, 8);
}

TEST_F(TransformReader, SaysWhatIsWrongAndWhere) {
    EXPECT_THAT(wrong_with("image: {resize: [1, 2, 3]}"),
                HasSubstr("mettle.yaml:1:17: resize has 3 numbers: it should be [height, width]"));
    EXPECT_THAT(wrong_with("image: {mean: [1, 2, 3, 4]}"), HasSubstr("more than 3 numbers"));
    EXPECT_THAT(wrong_with("image: {sizes: 3}"), HasSubstr("sizes"));
    EXPECT_THAT(wrong_with("image: {crop: 0}"), HasSubstr("crop"));
    EXPECT_THAT(wrong_with("classes: {activation: relu}"), HasSubstr("relu"));
    EXPECT_THAT(wrong_with("classes: {top_k: 0}"), HasSubstr("top_k"));
    EXPECT_THAT(wrong_with("classes: {labels: names.txt}"), HasSubstr("names.txt"));
    EXPECT_THAT(wrong_with("before: {pad: {ids: 0}}"), HasSubstr("before needs graph"));
    EXPECT_THAT(wrong_with("before: ../../etc/t.onnx"), HasSubstr("without a path"));
    EXPECT_THAT(wrong_with("before: {graph: t.onnx, pad_to_multiple_of: 0}"),
                HasSubstr("pad_to_multiple_of"));
    EXPECT_THAT(wrong_with("tokens: x"), HasSubstr("tokens"));
}

}  // namespace
}  // namespace mettle
