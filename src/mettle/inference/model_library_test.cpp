#include "mettle/inference/model_library.hpp"

#include "mettle/inference/fake_model_test.hpp"
#include "mettle/inference/repository_keeper.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <future>

namespace mettle {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using OnFailure = ModelLibrary::OnFailure;

// A file's text is the model: "doubled", "fails" (it can't run), anything else can't be read.
class FakeFactory final : public ModelFactory {
public:
    Result<std::unique_ptr<Model>> make(const ModelFile& file, const ModelConfig&) override {
        std::string text;
        std::ifstream(file.file) >> text;
        if (text != "doubled" && text != "fails")
            return fail(Error::Kind::invalid_input, "can't load " + file.file.string());
        auto model = std::make_unique<FakeModel>();
        if (text == "fails")
            model->answer = [](auto, auto) -> Result<void> {
                return fail(Error::Kind::internal, "it does not run");
            };
        ++made;
        return model;
    }
    ServedModel::Options options(const ModelConfig&) const override { return {}; }
    int made = 0;
};

struct ModelLibraryTest : ::testing::Test {
    ModelLibraryTest() {
        std::string pattern = (fs::temp_directory_path() / "mettle-library-XXXXXX").string();
        root = ::mkdtemp(pattern.data());
    }
    ~ModelLibraryTest() override { fs::remove_all(root); }

    void write(const std::string& path, std::string_view text) {
        fs::create_directories((root / path).parent_path());
        std::ofstream(root / path) << text;
    }
    ModelLibrary library(std::optional<std::uint64_t> budget = {}) {
        return {{{root}, "", true, budget}, factory, repository};
    }
    std::string reason(const std::string& name, const std::string& version) {
        for (const auto& [its_name, state] : repository.index())
            if (its_name == name && state.version == version) return fmt_state(state);
        return "none";
    }
    static std::string fmt_state(const VersionState& state) {
        return std::string(name_of(state.state)) + " " + state.reason;
    }

    fs::path root;
    FakeFactory factory;
    ModelRepository repository;
};

TEST_F(ModelLibraryTest, LoadsWhatIsThere) {
    write("a/1/model.onnx", "doubled");
    write("a/2/model.onnx", "doubled");
    auto models = library();
    ASSERT_TRUE(models.look());
    ASSERT_TRUE(models.load_all(OnFailure::stop));
    EXPECT_EQ(repository.find("a")->version(), "2");
    EXPECT_EQ(reason("a", "1"), "READY ");
    EXPECT_EQ(repository.stats().loaded.value(), 2U);
}

TEST_F(ModelLibraryTest, AFailedLoadLeavesTheOldOneAndSaysWhy) {
    write("a/1/model.onnx", "doubled");
    auto models = library();
    ASSERT_TRUE(models.load("a", ""));
    const auto old = repository.find("a");
    write("a/1/model.onnx", "half of it");
    const auto loaded = models.load("a", "");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message, HasSubstr("can't load"));
    EXPECT_EQ(repository.find("a").get(), old.get());
    EXPECT_THAT(reason("a", "1"), HasSubstr("READY the new files were refused: can't load"));
}

TEST_F(ModelLibraryTest, AVersionThatLoadsButFailsItsWarmUpIsNotServed) {
    write("a/1/model.onnx", "doubled");
    auto models = library();
    ASSERT_TRUE(models.load("a", ""));
    write("a/2/model.onnx", "fails");
    ASSERT_FALSE(models.load("a", ""));
    EXPECT_EQ(repository.find("a")->version(), "1");
    EXPECT_THAT(reason("a", "2"), HasSubstr("UNAVAILABLE model 'a' version 2: it can't run on"));
}

TEST_F(ModelLibraryTest, AWarmUpOfTheConfigMustRunFromTheFirstLoadOn) {
    write("a/1/model.onnx", "fails");
    write("a/mettle.yaml",
          "model_warmup: {name: two rows, batch_size: 2, inputs: {x: {data_type: TYPE_FP32, dims: "
          "[2], zero_data: true}}}");
    auto models = library();
    const auto loaded = models.load("a", "");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message,
                HasSubstr("its warm-up 'two rows' failed: it does not run"));
    EXPECT_EQ(repository.find("a"), nullptr);
}

TEST_F(ModelLibraryTest, AConfigThatContradictsTheGraphIsSaidWithItsLine) {
    write("a/1/model.onnx", "doubled");
    write("a/config.pbtxt", "input { name: \"x\" data_type: TYPE_FP32\n dims: [ 3 ] }\n");
    auto models = library();
    const auto loaded = models.load("a", "");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message,
                HasSubstr("a/config.pbtxt:2:8: input 'x' has dims [3], but in the graph it is "
                          "[-1,2]"));
}

TEST_F(ModelLibraryTest, TheVersionPolicyChooses) {
    for (const char* version : {"1", "2", "3"})
        write(std::string("a/") + version + "/model.onnx", "doubled");
    write("a/mettle.yaml",
          "version_policy: {specific: {versions: [1, 3]}}\n"
          "version_labels: {stable: 1}\n");
    auto models = library();
    ASSERT_TRUE(models.load("a", ""));
    EXPECT_EQ(repository.versions_of("a"), (std::vector<std::string>{"1", "3"}));
    EXPECT_EQ(repository.find_labelled("a", "stable")->version(), "1");
    ASSERT_TRUE(models.load("a", R"({"version_policy": {"latest": {"num_versions": 1}}})"));
    EXPECT_EQ(repository.versions_of("a"), (std::vector<std::string>{"3"}));
}

TEST_F(ModelLibraryTest, APreferredVersionIsTheDefaultUntilTheModelIsUnloaded) {
    for (const char* version : {"1", "2"})
        write(std::string("a/") + version + "/model.onnx", "doubled");
    auto models = library();
    ASSERT_TRUE(models.load("a", ""));
    EXPECT_EQ(repository.find("a")->version(), "2");
    ASSERT_TRUE(models.prefer("a", "1"));
    EXPECT_EQ(repository.find("a")->version(), "1");
    EXPECT_EQ(models.prefer("a", "3").error().kind, Error::Kind::not_found);
    EXPECT_EQ(models.prefer("b", "1").error().kind, Error::Kind::not_found);
    ASSERT_TRUE(models.unload("a"));
    ASSERT_TRUE(models.load("a", ""));
    EXPECT_EQ(repository.find("a")->version(), "2");
}

TEST_F(ModelLibraryTest, UnloadingDrains) {
    write("a/1/model.onnx", "doubled");
    auto models = library();
    ASSERT_TRUE(models.load("a", ""));
    auto held = repository.find("a");
    ASSERT_TRUE(models.unload("a"));
    EXPECT_EQ(repository.find("a"), nullptr);
    EXPECT_EQ(models.drop_drained(), 1U);
    EXPECT_EQ(reason("a", "1"), "UNLOADING unloaded");
    held.reset();
    EXPECT_EQ(models.drop_drained(), 0U);
    EXPECT_EQ(reason("a", "1"), "UNAVAILABLE unloaded");
}

TEST_F(ModelLibraryTest, NamesThatArePathsAreRefused) {
    write("a/1/model.onnx", "doubled");
    auto models = library();
    for (const char* name : {"../a", "a/1", "..", ".", "", "/etc"})
        EXPECT_EQ(models.load(name, "").error().kind, Error::Kind::invalid_input) << name;
    EXPECT_EQ(models.load("b", "").error().kind, Error::Kind::not_found);
    EXPECT_EQ(factory.made, 0);
}

TEST_F(ModelLibraryTest, FollowingWaitsUntilTwoLooksSeeTheSame) {
    auto models = library();
    models.follow();
    write("a/1/model.onnx", "dou");
    models.follow();
    write("a/1/model.onnx", "doubled");
    models.follow();
    EXPECT_EQ(factory.made, 0);
    models.follow();
    EXPECT_EQ(factory.made, 1);
    ASSERT_NE(repository.find("a"), nullptr);
    models.follow();
    EXPECT_EQ(factory.made, 1);
    fs::remove_all(root / "a");
    models.follow();
    EXPECT_NE(repository.find("a"), nullptr);
    models.follow();
    EXPECT_EQ(repository.find("a"), nullptr);
    EXPECT_THAT(repository.index(), IsEmpty());
}

TEST_F(ModelLibraryTest, FollowingTriesAFailedFileAgainWhenItChanges) {
    write("a/1/model.onnx", "half");
    auto models = library();
    for (int look = 0; look < 5; ++look) models.follow();
    EXPECT_EQ(repository.stats().failed.value(), 1U);
    write("a/1/model.onnx", "doubled");
    models.follow();
    models.follow();
    EXPECT_NE(repository.find("a"), nullptr);
}

TEST_F(ModelLibraryTest, TheLeastRecentlyUsedMakesRoomAndComesBackWhenAskedFor) {
    constexpr std::size_t kBytes = 40 << 20;  // Files larger than all else that a load takes.
    for (const char* file : {"a/1/model.onnx", "b/1/model.onnx"}) {
        write(file, "doubled ");
        fs::resize_file(root / file, kBytes);
    }
    auto models = library(2 * kBytes - (1 << 20));
    ASSERT_TRUE(models.look());
    ASSERT_TRUE(models.load_all(OnFailure::stop));
    EXPECT_NE(repository.find("a"), nullptr);
    EXPECT_EQ(repository.find("b"), nullptr);  // It does not fit beside a, and nobody asked.
    std::string wanted;
    repository.on_wanted([&](const std::string& name) { wanted = name; });
    EXPECT_EQ(repository.missing("b").kind, Error::Kind::unavailable);
    models.bring_back(wanted);
    EXPECT_NE(repository.find("b"), nullptr);
    EXPECT_EQ(repository.find("a"), nullptr);
    EXPECT_EQ(repository.stats().evicted.value(), 1U);
}

TEST_F(ModelLibraryTest, AModelBeyondTheBudgetIsRefused) {
    write("a/1/model.onnx", "doubled " + std::string(2 << 20, '.'));
    auto models = library(1 << 20);
    const auto loaded = models.load("a", "");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message, HasSubstr("the memory budget is 1"));
}

TEST_F(ModelLibraryTest, TheKeeperLoadsOnItsOwnThreadAndOnlyWhereThatIsOn) {
    write("a/1/model.onnx", "doubled");
    RepositoryKeeper keeper({{{root}, "", false, {}}, ModelControl::on_request, {}, {}}, factory,
                            repository);
    keeper.start();
    EXPECT_EQ(repository.find("a"), nullptr);
    std::promise<Result<void>> done;
    keeper.load("a", "", [&](Result<void> result) { done.set_value(std::move(result)); });
    EXPECT_TRUE(done.get_future().get());
    EXPECT_NE(repository.find("a"), nullptr);

    ModelRepository other;
    RepositoryKeeper fixed({{{root}, "", false, {}}, ModelControl::none, {}, {}}, factory, other);
    fixed.start();
    Error::Kind kind{};
    fixed.unload("a", [&](Result<void> result) { kind = result.error().kind; });
    EXPECT_EQ(kind, Error::Kind::unsupported);
    EXPECT_NE(other.find("a"), nullptr);
}

}  // namespace
}  // namespace mettle
