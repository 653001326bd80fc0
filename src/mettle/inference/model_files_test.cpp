#include "mettle/inference/model_files.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

namespace mettle {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct ModelFilesTest : ::testing::Test {
    ModelFilesTest() {
        std::string pattern = (fs::temp_directory_path() / "mettle-models-XXXXXX").string();
        root = ::mkdtemp(pattern.data());
    }
    ~ModelFilesTest() override { fs::remove_all(root); }

    fs::path touch(const std::string& path) {
        fs::create_directories((root / path).parent_path());
        std::ofstream(root / path) << "x";
        return root / path;
    }

    fs::path root;
};

TEST_F(ModelFilesTest, AFileIsAModelNamedAfterItsStem) {
    const auto file = touch("resnet.onnx");
    EXPECT_THAT(find_models(file, "").value(), ElementsAre(ModelFile{"resnet", "1", file}));
    EXPECT_THAT(find_models(file, "net").value(), ElementsAre(ModelFile{"net", "1", file}));
}

TEST_F(ModelFilesTest, AFolderWithOneOnnxFileIsAModel) {
    const auto file = touch("digits/anything.onnx");
    touch("digits/samples.json");
    EXPECT_THAT(find_models(root / "digits/", "").value(),
                ElementsAre(ModelFile{"digits", "1", file}));
}

TEST_F(ModelFilesTest, VersionsAreIntegerFoldersInTheirOrder) {
    const auto ten = touch("digits/10/model.onnx");
    const auto two = touch("digits/2/model.onnx");
    touch("digits/old/model.onnx");
    touch("digits/03/model.onnx");
    EXPECT_THAT(find_models(root / "digits", "").value(),
                ElementsAre(ModelFile{"digits", "2", two}, ModelFile{"digits", "10", ten}));
}

TEST_F(ModelFilesTest, ARepositoryIsAFolderOfModels) {
    const auto a = touch("a/1/model.onnx");
    const auto b = touch("b/model.onnx");
    touch("notes/readme.md");
    EXPECT_THAT(find_models(root, "").value(),
                ElementsAre(ModelFile{"a", "1", a}, ModelFile{"b", "1", b}));
    EXPECT_FALSE(find_models(root, "one"));
}

TEST_F(ModelFilesTest, SaysWhatAFolderWithoutModelsLacks) {
    EXPECT_THAT(find_models(root, "").error().message, HasSubstr("expected model.onnx"));
    EXPECT_THAT(find_models(root / "none", "").error().message, HasSubstr("no such file"));
}

}  // namespace
}  // namespace mettle
