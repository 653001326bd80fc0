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

    fs::path touch(const std::string& path, std::string_view text = "x") {
        fs::create_directories((root / path).parent_path());
        std::ofstream(root / path) << text;
        return root / path;
    }

    fs::path root;
};

TEST_F(ModelFilesTest, AFileIsAModelNamedAfterItsStem) {
    const auto file = touch("resnet.onnx");
    EXPECT_THAT(find_models(file, "").value(), ElementsAre(ModelFile{"resnet", "1", file, root}));
    EXPECT_THAT(find_models(file, "net").value(), ElementsAre(ModelFile{"net", "1", file, root}));
}

TEST_F(ModelFilesTest, AFolderWithOneOnnxFileIsAModel) {
    const auto file = touch("digits/anything.onnx");
    touch("digits/samples.json");
    EXPECT_THAT(find_models(root / "digits/", "").value(),
                ElementsAre(ModelFile{"digits", "1", file, root / "digits"}));
}

TEST_F(ModelFilesTest, VersionsAreIntegerFoldersInTheirOrder) {
    const auto ten = touch("digits/10/model.onnx");
    const auto two = touch("digits/2/model.onnx");
    touch("digits/old/model.onnx");
    touch("digits/03/model.onnx");
    EXPECT_THAT(find_models(root / "digits", "").value(),
                ElementsAre(ModelFile{"digits", "2", two, root / "digits"},
                            ModelFile{"digits", "10", ten, root / "digits"}));
}

TEST_F(ModelFilesTest, ARepositoryIsAFolderOfModels) {
    const auto a = touch("a/1/model.onnx");
    const auto b = touch("b/model.onnx");
    touch("notes/readme.md");
    EXPECT_THAT(find_models(root, "").value(), ElementsAre(ModelFile{"a", "1", a, root / "a"},
                                                           ModelFile{"b", "1", b, root / "b"}));
    EXPECT_FALSE(find_models(root, "one"));
}

TEST_F(ModelFilesTest, SaysWhatAFolderWithoutModelsLacks) {
    EXPECT_THAT(find_models(root, "").error().message, HasSubstr("expected model.onnx"));
    EXPECT_THAT(find_models(root / "none", "").error().message, HasSubstr("no such file"));
}

TEST_F(ModelFilesTest, AHuggingFaceFolderIsAModel) {
    const auto file = touch("bert/onnx/model.onnx");
    touch("bert/config.json", "{}");
    EXPECT_THAT(find_models(root / "bert", "").value(),
                ElementsAre(ModelFile{"bert", "1", file, root / "bert"}));
}

TEST_F(ModelFilesTest, AnMlflowFolderIsAModelWhereItHasTheOnnxFlavour) {
    const auto file = touch("m/net.onnx");
    touch("m/other.onnx");
    touch("m/MLmodel", "flavors:\n  onnx: {data: net.onnx}\n");
    EXPECT_THAT(find_models(root / "m", "").value(),
                ElementsAre(ModelFile{"m", "1", file, root / "m"}));
    touch("m/MLmodel", "flavors:\n  sklearn: {}\n");
    EXPECT_THAT(find_models(root / "m", "").error().message,
                HasSubstr("MLmodel: it has no onnx flavour, only sklearn"));
    touch("m/MLmodel", "flavors:\n  onnx: {data: ../../etc/net.onnx}\n");
    EXPECT_THAT(find_models(root / "m", "").error().message, HasSubstr("not inside the folder"));
}

TEST_F(ModelFilesTest, TheConfigMaySayWhichFileItIs) {
    touch("m/1/a.onnx");
    const auto b = touch("m/1/b.onnx");
    EXPECT_FALSE(find_models(root / "m", ""));
    touch("m/config.pbtxt", "default_model_filename: \"b.onnx\"");
    EXPECT_THAT(find_models(root / "m", "").value(),
                ElementsAre(ModelFile{"m", "1", b, root / "m"}));
}

TEST_F(ModelFilesTest, AGraphBeforeOrBehindTheModelIsNone) {
    const auto file = touch("moods/net.onnx");
    touch("moods/tokenizer.onnx");
    touch("moods/post.onnx");
    touch("moods/mettle.yaml", "transforms: {before: tokenizer.onnx, after: post.onnx}");
    const ModelFile model{"moods", "1", file, root / "moods"};
    EXPECT_THAT(find_models(root / "moods", "").value(), ElementsAre(model));
    const auto before = stamp_of(model);
    touch("moods/tokenizer.onnx", "another");
    EXPECT_NE(stamp_of(model), before);
    fs::remove(file);
    const auto hugging_face = touch("moods/onnx/model.onnx");
    EXPECT_EQ(find_models(root / "moods", "").value().front().file, hugging_face);
}

TEST_F(ModelFilesTest, AStampChangesWithAnyFileOfTheModel) {
    touch("m/1/model.onnx");
    const ModelFile model = find_models(root / "m", "").value().front();
    const std::uint64_t first = stamp_of(model);
    EXPECT_EQ(stamp_of(model), first);
    touch("m/1/weights.bin", "many");
    const std::uint64_t second = stamp_of(model);
    EXPECT_NE(second, first);
    touch("m/mettle.yaml", "lane: worker");
    EXPECT_NE(stamp_of(model), second);
    EXPECT_EQ(file_bytes_of(model), 5U);
    fs::remove(model.file);
    EXPECT_EQ(stamp_of(model), 0U);
}

}  // namespace
}  // namespace mettle
