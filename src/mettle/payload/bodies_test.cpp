#include "mettle/payload/bodies.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace mettle::payload {
namespace {

using ::testing::HasSubstr;

class Bodies : public ::testing::Test {
protected:
    Bodies() : folder_(std::filesystem::path(::testing::TempDir()) / "mettle_bodies_test") {
        std::filesystem::create_directories(folder_);
    }
    ~Bodies() override { std::filesystem::remove_all(folder_); }
    std::string write(const std::string& name, std::string_view text) {
        std::ofstream(folder_ / name, std::ios::binary) << text;
        return folder_ / name;
    }

    std::filesystem::path folder_;
};

TEST_F(Bodies, AFoldersFilesComeByNameWithTheirTypes) {
    write("b.JPG", "jpeg");
    write("a.bin", "bytes");
    write(".hidden", "");
    const auto bodies = read_bodies(folder_, 10, 1000);
    ASSERT_TRUE(bodies) << bodies.error().message;
    ASSERT_EQ(bodies->size(), 2u);
    EXPECT_EQ((*bodies)[0].bytes, "bytes");
    EXPECT_EQ((*bodies)[0].content_type, "application/octet-stream");
    EXPECT_EQ((*bodies)[1].content_type, "image/jpeg");
}

TEST_F(Bodies, RowsBecomeJsonObjects) {
    const auto csv = read_bodies(write("rows.csv", "id,name\n7,\"O\"\"Hara\"\n"), 10, 1000);
    EXPECT_EQ(csv->front().bytes, R"({"id":7,"name":"O\"Hara"})");
    const auto lines = read_bodies(write("rows.jsonl", "{\"b\": [1], \"a\": null}\n"), 10, 1000);
    EXPECT_EQ(lines->front().bytes, R"({"b":[1],"a":null})");
}

TEST_F(Bodies, ThereAreNoMoreThanFit) {
    const std::string path = write("rows.jsonl", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    EXPECT_EQ(read_bodies(path, 2, 1000)->size(), 2u);
    EXPECT_EQ(read_bodies(path, 9, 15)->size(), 2u);
    EXPECT_THAT(read_bodies(path, 9, 3).error().message, HasSubstr("beyond 3"));
}

TEST_F(Bodies, AnEmptyFolderIsAnError) {
    EXPECT_THAT(read_bodies(folder_, 1, 10).error().message, HasSubstr("has no files"));
}

}  // namespace
}  // namespace mettle::payload
