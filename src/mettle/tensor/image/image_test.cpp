#include "mettle/tensor/image/image_input.hpp"
#include "mettle/tensor/image/picture_files_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace mettle {
namespace {

using ::testing::HasSubstr;

// The greatest and the mean difference between two pictures of the same size.
struct Difference {
    Difference(const Image& one, const Image& other) {
        if (one.size != other.size || one.channels != other.channels) {
            ADD_FAILURE() << one.size.to_string() << " against " << other.size.to_string();
            most = 255;
            return;
        }
        for (std::size_t at = 0; at < one.pixels.size(); ++at) {
            const int apart = std::abs(one.pixels[at] - other.pixels[at]);
            most = std::max(most, apart);
            mean += apart;
        }
        mean /= static_cast<double>(one.pixels.size());
    }
    int most = 0;
    double mean = 0;
};

Image decoded(std::string_view name) {
    auto image = decode_image(bytes_of(picture_file(name)), {});
    if (!image) {
        ADD_FAILURE() << name << ": " << image.error().message;
        return {};
    }
    return *std::move(image);
}

std::string error_of(std::string_view file, const ImageLimits& limits = {}) {
    const auto image = decode_image(bytes_of(file), limits);
    return image ? "" : image.error().message;
}

TEST(DecodeImage, GivesThePixelsThatPillowGives) {
    for (const auto* name : {"palette", "transparent"}) {
        const Image image = decoded(std::string(name) + ".png");
        EXPECT_EQ(Difference(image, decoded(fmt::format("expected_{}_png.png", name))).most, 0)
            << name;
    }
    // Pillow brings a libjpeg-turbo of its own, which may round otherwise.
    for (const auto* name : {"scene", "progressive", "grey"}) {
        const Image image = decoded(std::string(name) + ".jpg");
        EXPECT_LE(Difference(image, decoded(fmt::format("expected_{}_jpg.png", name))).most, 2)
            << name;
    }
}

TEST(DecodeImage, TakesTheUpperHalfOf16BitsAChannel) {
    const Image image = decoded("deep.png");
    ASSERT_EQ(image.size, (ImageSize{8, 8}));
    for (std::size_t y = 0; y < 8; ++y)
        EXPECT_NEAR(image.row(y)[0], static_cast<double>(y) * 8000 / 257, 1);
}

TEST(DecodeImage, MakesLargeJpegsSmallerWhileItDecodesThem) {
    const auto file = picture_file("large.jpg");
    EXPECT_EQ(decode_image(bytes_of(file), {}, ImageSize{40, 30})->size, (ImageSize{80, 60}));
    EXPECT_EQ(decode_image(bytes_of(file), {}, ImageSize{41, 30})->size, (ImageSize{160, 120}));
    EXPECT_EQ(decode_image(bytes_of(file), {}, ImageSize{321, 30})->size, (ImageSize{640, 480}));
    const auto eighth = decode_image(bytes_of(file), {}, ImageSize{40, 30});
    const Image small = resize(*eighth, {40, 30}, Interpolation::bilinear);
    const Difference difference(small, decoded("expected_large_small.png"));
    EXPECT_LE(difference.mean, 1.5);
    EXPECT_LE(difference.most, 40);
}

TEST(DecodeImage, SaysWhatIsWrongWithAFile) {
    EXPECT_THAT(error_of(""), HasSubstr("empty"));
    EXPECT_THAT(error_of("GIF89a"), HasSubstr("send a JPEG or a PNG"));
    EXPECT_THAT(error_of(picture_file("print.jpg")), HasSubstr("CMYK"));
    EXPECT_THAT(error_of("\xff\xd8\xff"), HasSubstr("cut off in its head"));
    for (const auto* name : {"scene.jpg", "progressive.jpg", "scene.png", "palette.png"}) {
        const std::string file = picture_file(name);
        for (const std::size_t part : {9U, 40U, 2U}) {
            EXPECT_THAT(error_of(file.substr(0, file.size() - file.size() / part)),
                        HasSubstr("corrupt or cut off"))
                << name << " without 1/" << part;
        }
    }
}

TEST(DecodeImage, RefusesAFlippedBitInAPng) {
    std::string file = picture_file("scene.png");
    file[file.size() / 2] = static_cast<char>(file[file.size() / 2] ^ 4);
    EXPECT_THAT(error_of(file), HasSubstr("the PNG is corrupt"));
}

TEST(DecodeImage, ReadsSizesBeforeItMakesMemory) {
    EXPECT_THAT(error_of(picture_file("scene.png"), {.pixels = 2399}),
                HasSubstr("60x40: at most 2399 pixels"));
    EXPECT_THAT(error_of(picture_file("scene.jpg"), {.side = 59}), HasSubstr("60x40"));
    EXPECT_EQ(error_of(picture_file("scene.png"), {.side = 60, .pixels = 2400}), "");
    // 2^31 - 1 each way in the head of an otherwise small file.
    std::string bomb = picture_file("scene.png");
    bomb.replace(16, 8, "\x7f\xff\xff\xff\x7f\xff\xff\xff");
    EXPECT_NE(error_of(bomb), "");
    std::string wide = picture_file("scene.jpg");
    const auto frame = wide.find("\xff\xc0");
    wide.replace(frame + 5, 4, "\x9c\x40\x9c\x40");
    EXPECT_THAT(error_of(wide), HasSubstr("40000x40000"));
}

TEST(Resize, IsPillowsToTheBit) {
    const Image scene = decoded("scene.png");
    const struct {
        const char* name;
        ImageSize size;
        Interpolation how;
    } cases[] = {{"smaller", {17, 23}, Interpolation::bilinear},
                 {"larger", {90, 50}, Interpolation::bilinear},
                 {"wider", {75, 40}, Interpolation::bilinear},
                 {"cubic", {17, 23}, Interpolation::bicubic},
                 {"larger_cubic", {90, 50}, Interpolation::bicubic}};
    for (const auto& [name, size, how] : cases) {
        const Image expected = decoded(fmt::format("expected_{}.png", name));
        EXPECT_EQ(Difference(resize(scene, size, how), expected).most, 0) << name;
    }
    EXPECT_EQ(Difference(resize(scene, scene.size, Interpolation::bicubic), scene).most, 0);
}

TEST(Resize, KeepsProportionsByTheShorterSide) {
    EXPECT_EQ(with_shorter_side({640, 480}, 256), (ImageSize{341, 256}));
    EXPECT_EQ(with_shorter_side({480, 640}, 256), (ImageSize{256, 341}));
    EXPECT_EQ(with_shorter_side({7, 7}, 256), (ImageSize{256, 256}));
}

TEST(ToGrey, IsPillows) {
    const Image grey = to_grey(decoded("scene.png"));
    const Image expected = decoded("expected_grey.png");  // Read as RGB, three times the same.
    for (std::size_t pixel = 0; pixel < grey.pixels.size(); ++pixel)
        ASSERT_EQ(grey.pixels[pixel], expected.pixels[3 * pixel]) << pixel;
}

TEST(CropCentre, TakesTheMiddleAndPutsBlackAroundWhatIsTooSmall) {
    Image image({4, 2}, 1);
    image.pixels = {1, 2, 3, 4, 5, 6, 7, 8};
    EXPECT_EQ(crop_centre(image, {2, 2}).pixels, (std::vector<std::uint8_t>{2, 3, 6, 7}));
    EXPECT_EQ(crop_centre(image, {2, 4}).pixels,
              (std::vector<std::uint8_t>{0, 0, 2, 3, 6, 7, 0, 0}));
}

}  // namespace
}  // namespace mettle
