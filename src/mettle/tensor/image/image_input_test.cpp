#include "mettle/tensor/image/image_input.hpp"

#include "mettle/tensor/image/picture_files_test.hpp"

#include <gmock/gmock.h>

#include <cstring>

namespace mettle {
namespace {

using ::testing::HasSubstr;

const TensorSpec kPlanar{"x", DataType::fp32, {-1, 3, 20, 30}};

std::string error_of(const TensorSpec& spec, const ImageConfig& config) {
    const auto input = ImageInput::make(spec, config);
    return input ? "" : input.error().message;
}

template <typename Number>
std::vector<Number> numbers_of(const ImageInput& input, const Image& image) {
    std::vector<Number> numbers(input.row_bytes(image.size) / sizeof(Number));
    input.write(image, std::as_writable_bytes(std::span(numbers)));
    return numbers;
}

Image two_pixels() {
    Image image({2, 1}, 3);
    image.pixels = {0, 51, 255, 102, 153, 204};
    return image;
}

TEST(ImageInput, FindsTheLayoutByTheChannels) {
    EXPECT_EQ(image_layout({"x", DataType::fp32, {-1, 3, -1, -1}}), ImageLayout::nchw);
    EXPECT_EQ(image_layout({"x", DataType::uint8, {-1, 28, 28, 1}}), ImageLayout::nhwc);
    EXPECT_EQ(image_layout({"x", DataType::fp16, {1, 28, 28}}), ImageLayout::nchw);
    EXPECT_EQ(image_layout({"x", DataType::fp32, {-1, 64, 28, 28}}), std::nullopt);
    EXPECT_EQ(image_layout({"x", DataType::fp32, {-1, 64}}), std::nullopt);
    EXPECT_EQ(image_layout({"x", DataType::int64, {-1, 3, 28, 28}}), std::nullopt);
}

TEST(ImageInput, ResizesToWhatTheTensorWantsUnlessToldOtherwise) {
    const std::string file = picture_file("scene.png");
    const ImageSize wanted{30, 20};
    const auto plain = ImageInput::make(kPlanar, {});
    EXPECT_EQ(plain->read(bytes_of(file))->size, wanted);
    const auto cropped = ImageInput::make(kPlanar, {.resize_shorter = 25});
    EXPECT_EQ(cropped->read(bytes_of(file))->size, wanted);
    const auto free = ImageInput::make({"x", DataType::fp32, {-1, 3, -1, -1}}, {});
    EXPECT_EQ(free->read(bytes_of(file))->size, (ImageSize{60, 40}));
    EXPECT_EQ(free->shape_for({60, 40}, 2), (Shape{2, 3, 40, 60}));
}

TEST(ImageInput, PutsPixelsIntoPlanes) {
    const TensorSpec spec{"x", DataType::fp32, {-1, 3, 1, 2}};
    const auto plain = ImageInput::make(spec, {});
    EXPECT_THAT(numbers_of<float>(*plain, two_pixels()),
                ::testing::Pointwise(::testing::FloatEq(), {0.F, .4F, .2F, .6F, 1.F, .8F}));
    const auto turned = ImageInput::make(
        spec, {.order = ChannelOrder::bgr, .scale = 1, .mean = {5, 1, 0}, .std = {2, 1, 1}});
    EXPECT_THAT(numbers_of<float>(*turned, two_pixels()),
                ::testing::ElementsAre(125, 99.5, 50, 152, 0, 102));
}

TEST(ImageInput, PutsPixelsBesideEachOther) {
    const auto bytes =
        ImageInput::make({"x", DataType::uint8, {-1, 1, 2, 3}}, {.layout = ImageLayout::nhwc});
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(numbers_of<std::uint8_t>(*bytes, two_pixels()), two_pixels().pixels);
    const auto half = ImageInput::make({"x", DataType::fp16, {1, 2, 3}},
                                       {.layout = ImageLayout::nhwc, .scale = 1});
    ASSERT_TRUE(half) << half.error().message;
    EXPECT_FALSE(half->has_rows());
    EXPECT_EQ(numbers_of<std::uint16_t>(*half, two_pixels())[1], to_fp16(51));
}

TEST(ImageInput, SaysWhatContradictsTheTensor) {
    EXPECT_THAT(error_of({"x", DataType::fp32, {-1, 64}}, {}), HasSubstr("takes no pictures"));
    EXPECT_THAT(error_of(kPlanar, {.crop = ImageSize{20, 20}}),
                HasSubstr("crop makes pictures 20 wide and 20 high"));
    EXPECT_THAT(error_of(kPlanar, {.layout = ImageLayout::nhwc}), HasSubstr("layout nhwc puts 30"));
    EXPECT_THAT(error_of(kPlanar, {.mean = {1, 2}}), HasSubstr("mean has 2 numbers"));
    EXPECT_THAT(error_of(kPlanar, {.std = {0}}), HasSubstr("std has a 0"));
    EXPECT_THAT(error_of({"x", DataType::uint8, {-1, 3, 2, 2}}, {.mean = {1}}),
                HasSubstr("leave out scale, mean and std"));
    EXPECT_THAT(error_of({"x", DataType::fp32, {-1, 3, -1, 2}}, {}), HasSubstr("one side"));
}

// 60 x 1 pixels with a shorter side of 20000 would be 1.2 million wide.
TEST(ImageInput, BoundsWhatAStripIsMadeInto) {
    const TensorSpec spec{"x", DataType::fp32, {-1, 3, -1, -1}};
    const auto input =
        ImageInput::make(spec, {.resize_shorter = 2000, .limits = {.pixels = 100'000}});
    const auto image = input->read(bytes_of(picture_file("scene.png")));
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().kind, Error::Kind::too_large);
    EXPECT_THAT(image.error().message, HasSubstr("would be 3000x2000"));
}

}  // namespace
}  // namespace mettle
