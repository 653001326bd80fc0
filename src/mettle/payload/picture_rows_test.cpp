#include "mettle/payload/input_rows.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace mettle::payload {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kPictures = "tests/data/pictures";

struct PictureRowsTest : ::testing::Test {
    PictureRowsTest() {
        folder =
            std::filesystem::temp_directory_path() / ("pictures-" + std::to_string(::getpid()));
        std::filesystem::create_directory(folder);
        for (const char* name : {"expected_scene_jpg.png", "expected_palette_png.png"})
            std::filesystem::copy_file(kPictures / name, folder / name);
    }
    ~PictureRowsTest() override { std::filesystem::remove_all(folder); }

    Result<InputRows> read(const TensorSpec& input) const {
        return InputRows::read(folder.string(), {{input}, {}});
    }
    std::filesystem::path folder;
};

TEST_F(PictureRowsTest, BecomeRowsOfTheSizeThatTheInputWants) {
    const TensorSpec input{"image", DataType::fp32, {-1, 3, 8, 8}};
    const auto rows = read(input);
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(rows->size(), 2u);
    const auto batch = rows->take(input, 0, 3);  // In a circle.
    ASSERT_TRUE(batch) << batch.error().message;
    EXPECT_EQ(batch->shape, (Shape{3, 3, 8, 8}));
    const auto values = batch->as<float>();
    EXPECT_TRUE(std::ranges::all_of(values, [](float each) { return each >= 0 && each <= 1; }));
    EXPECT_NE(values[0], values[3 * 64]);
    EXPECT_EQ(values[0], values[2 * 3 * 64]);
}

TEST_F(PictureRowsTest, GoToAByteInputAsTheyAre) {
    const TensorSpec input{"file", DataType::bytes, {-1}};
    const auto rows = read(input);
    ASSERT_TRUE(rows) << rows.error().message;
    const auto one = rows->take(input, 0, 1);
    EXPECT_EQ(one->data().size(),
              4 + std::filesystem::file_size(folder / "expected_palette_png.png"));
}

TEST_F(PictureRowsTest, AModelWithoutAPlaceForThemIsTold) {
    EXPECT_THAT(read({"x", DataType::fp32, {-1, 64}}).error().message,
                HasSubstr("for one input with 1 or 3 channels"));
}

TEST_F(PictureRowsTest, ABrokenPictureIsNamed) {
    std::ofstream(folder / "broken.png") << "\x89PNG\r\n\x1a\nnothing";
    EXPECT_THAT(read({"image", DataType::fp32, {-1, 3, 8, 8}}).error().message,
                HasSubstr("broken.png: "));
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        std::filesystem::remove(entry.path());
    EXPECT_THAT(read({"image", DataType::fp32, {-1, 3, 8, 8}}).error().message,
                HasSubstr("holds no picture"));
}

}  // namespace
}  // namespace mettle::payload
