// On the example models of the repository, with the answers that stand beside them.

#include "mettle/inference/onnx/onnx_model.hpp"

#include "mettle/inference/batch.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <array>
#include <filesystem>
#include <fstream>

namespace mettle::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct OnnxModelTest : ::testing::TestWithParam<const char*> {};

std::vector<float> floats(const nlohmann::json& json) {
    std::vector<float> values;
    for (const auto& item : json) {
        if (item.is_array()) {
            for (const float value : floats(item)) values.push_back(value);
        } else {
            values.push_back(item.get<float>());
        }
    }
    return values;
}

nlohmann::json samples_of(const std::string& model) {
    std::ifstream file("models/" + model + "/samples.json");
    return nlohmann::json::parse(file).at("samples");
}

TEST_P(OnnxModelTest, AnswersARowThatIsRunWithOthersAsItDoesAlone) {
    const auto model = load(std::string("models/") + GetParam() + "/model.onnx", {}).value();
    EXPECT_TRUE(rows_can_be_joined(model->signature()));
    EXPECT_TRUE(rows_are_independent(*model));
}

// The same slab answers 1 row, then several, then 1: shapes come and go, answers stay right.
TEST_P(OnnxModelTest, GivesTheRightAnswersForAnyNumberOfRows) {
    const auto model = load(std::string("models/") + GetParam() + "/model.onnx", {}).value();
    const auto samples = samples_of(GetParam());
    const Signature& signature = model->signature();
    const TensorSpec& input = signature.inputs.at(0);
    const auto slab = model->make_slab();
    for (const std::size_t rows : {1, 5, 3, 1}) {
        const auto memory = slab->input(0, input.shape.with_rows(static_cast<std::int64_t>(rows)));
        const std::size_t row_bytes = memory.size() / rows;
        for (std::size_t row = 0; row < rows; ++row) {
            const auto values = floats(samples[row].at("inputs").at(input.name));
            ASSERT_EQ(values.size() * sizeof(float), row_bytes);
            std::memcpy(memory.data() + row * row_bytes, values.data(), row_bytes);
        }
        ASSERT_TRUE(model->run(*slab, nullptr));
        const TensorView probabilities = slab->output(1);
        const auto width = static_cast<std::size_t>(probabilities.shape[1]);
        ASSERT_EQ(probabilities.shape[0], static_cast<std::int64_t>(rows));
        for (std::size_t row = 0; row < rows; ++row) {
            const auto expected = floats(samples[row].at("outputs").at("probabilities"));
            for (std::size_t at = 0; at < width; ++at) {
                float got = 0;
                std::memcpy(&got, probabilities.data.data() + (row * width + at) * sizeof(float),
                            sizeof got);
                EXPECT_NEAR(got, expected[at], 1e-5);
            }
            std::int64_t label = -1;
            std::memcpy(&label, slab->output(0).data.data() + row * sizeof label, sizeof label);
            EXPECT_EQ(label,
                      static_cast<std::int64_t>(floats(samples[row].at("outputs").at("label"))[0]));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Examples, OnnxModelTest, ::testing::Values("digits", "wine"));

// Maps from class to probability are a column for each class, known before the first request.
TEST(OnnxModel, GivesMapsOfClassesAsATable) {
    const auto model = load("tests/data/scikit/boosted/model.onnx", {}).value();
    const TensorSpec& probabilities = model->signature().outputs.at(1);
    EXPECT_EQ(probabilities.to_string(), "probabilities FP32[-1,3]");
    EXPECT_THAT(probabilities.labels, ElementsAre("0", "1", "2"));
    // The exporter wrote that there is one label, whatever the rows.
    EXPECT_EQ(model->signature().outputs.at(0).to_string(), "label INT64[-1]");
    EXPECT_TRUE(rows_can_be_joined(model->signature()));
    EXPECT_TRUE(rows_are_independent(*model));
}

TEST(OnnxModel, TakesItsOwnValueForAnOptionalInputThatIsLeftOut) {
    const auto model = load("tests/data/shapes/optional/model.onnx", {}).value();
    EXPECT_EQ(model->signature().to_string(),
              "x FP32[-1,2], optional factor FP32[-1] -> y FP32[-1,2]");
    EXPECT_TRUE(model->signature().batches());
    const auto slab = model->make_slab();
    const auto answer = [&]() -> float {
        const std::array<float, 2> x = {3, 1};
        std::memcpy(slab->input(0, {1, 2}).data(), x.data(), sizeof x);
        if (!model->run(*slab, nullptr)) return -1;
        float first = 0;
        std::memcpy(&first, slab->output(0).data.data(), sizeof first);
        return first;
    };
    EXPECT_EQ(answer(), 6);
    const float factor = 10;
    std::memcpy(slab->input(1, {1}).data(), &factor, sizeof factor);
    EXPECT_TRUE(slab->has_optional_inputs());
    EXPECT_EQ(answer(), 30);
    slab->leave_out_optional_inputs();
    EXPECT_EQ(answer(), 6);
    EXPECT_FALSE(slab->has_optional_inputs());
}

TEST(OnnxModel, RunsOnTheProvidersThatCanBeHad) {
    const auto devices = [](std::vector<ProviderChoice> choices) {
        const auto model = load("models/digits/model.onnx", {.providers = std::move(choices)});
        return model ? (*model)->devices() : model.error().message;
    };
    EXPECT_EQ(devices({}), "cpu");
    EXPECT_EQ(devices({{"no-such-thing"}, {"CPUExecutionProvider"}}), "cpu");
    EXPECT_THAT(devices({{"no-such-thing"}}), HasSubstr("'no-such-thing' can't be had"));
}

std::string failure_of(const std::filesystem::path& file) {
    const auto loaded = load(file, {});
    return loaded ? "loaded" : loaded.error().message;
}

TEST(OnnxModel, SaysWhyAFileIsNoModel) {
    const auto folder = std::filesystem::temp_directory_path() / "mettle-onnx-test";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "empty.onnx");
    std::ofstream(folder / "text.onnx") << "this is no model";
    std::filesystem::copy_file("models/digits/model.onnx", folder / "cut.onnx",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(folder / "cut.onnx", 1000);
    EXPECT_THAT(failure_of(folder / "none.onnx"), HasSubstr("no such file"));
    EXPECT_THAT(failure_of(folder), HasSubstr("not a file"));
    EXPECT_THAT(failure_of(folder / "empty.onnx"), HasSubstr("the file is empty"));
    EXPECT_THAT(failure_of(folder / "text.onnx"), HasSubstr("not an ONNX model"));
    EXPECT_THAT(failure_of(folder / "cut.onnx"), HasSubstr("not an ONNX model, or it is cut off"));
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mettle::onnx
