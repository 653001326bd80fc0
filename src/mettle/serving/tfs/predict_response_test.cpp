#include "mettle/serving/tfs/predict_response.hpp"

#include "mettle/serving/wire/fake_slab.hpp"

#include <gmock/gmock.h>

#include <array>

namespace mettle::tfs {
namespace {

using ::testing::HasSubstr;

constexpr std::array<float, 4> kScores = {0.25, 0.75, 1, 0};
constexpr std::array<std::int64_t, 2> kLabels = {1, 0};
const TensorView kScoresView{DataType::fp32, {2, 2}, std::as_bytes(std::span(kScores))};
const TensorView kLabelsView{DataType::int64, {2}, std::as_bytes(std::span(kLabels))};

struct PredictResponseTest : ::testing::Test {
    std::string predictions() {
        std::string out;
        const auto done = encode_predictions(signature, request, slab, out);
        return done ? out : done.error().message;
    }
    std::string classes(std::vector<std::string> labels = {}) {
        std::string out;
        const auto done = encode_classes(signature, request, slab, labels, out);
        return done ? out : done.error().message;
    }

    Signature signature{{}, {{"scores", DataType::fp32, {-1, 2}}}};
    PredictRequest request{.rows = 2, .items = 2, .packed = {}};
    wire::FakeSlab slab;
};

TEST_F(PredictResponseTest, ASingleOutputHasNoName) {
    slab.outputs = {kScoresView};
    EXPECT_EQ(predictions(), R"({"predictions":[[0.25,0.75],[1.0,0.0]]})");
    request.by_row = false;
    EXPECT_EQ(predictions(), R"({"outputs":[[0.25,0.75],[1.0,0.0]]})");
}

TEST_F(PredictResponseTest, SeveralOutputsAreNamed) {
    signature.outputs.push_back({"label", DataType::int64, {-1}});
    slab.outputs = {kScoresView, kLabelsView};
    EXPECT_EQ(
        predictions(),
        R"({"predictions":[{"scores":[0.25,0.75],"label":1},{"scores":[1.0,0.0],"label":0}]})");
    request.by_row = false;
    EXPECT_EQ(predictions(), R"({"outputs":{"scores":[[0.25,0.75],[1.0,0.0]],"label":[1,0]}})");
}

TEST_F(PredictResponseTest, OutputsNamedBytesAreBase64) {
    const Tensor packed = pack_bytes({"hi", ""}, {2});
    slab.outputs = {packed};
    signature.outputs = {{"image_bytes", DataType::bytes, {-1}}};
    EXPECT_EQ(predictions(), R"({"predictions":[{"b64":"aGk="},{"b64":""}]})");
    signature.outputs[0].name = "text";
    EXPECT_EQ(predictions(), R"({"predictions":["hi",""]})");
}

TEST_F(PredictResponseTest, AnOutputWithoutRowsIsForColumnsOnly) {
    slab.outputs = {kScoresView};
    request.items = 1;
    EXPECT_THAT(predictions(), HasSubstr("scores has inconsistent batch size"));
    request.by_row = false;
    EXPECT_THAT(predictions(), HasSubstr("outputs"));
}

// The documents say "result"; the program says "results".
TEST_F(PredictResponseTest, ClassesHaveLabelsAndScores) {
    slab.outputs = {kScoresView};
    EXPECT_EQ(classes(), R"({"results":[[["0",0.25],["1",0.75]],[["0",1.0],["1",0.0]]]})");
    EXPECT_EQ(classes({"cat", "dog"}),
              R"({"results":[[["cat",0.25],["dog",0.75]],[["cat",1.0],["dog",0.0]]]})");
    const Tensor names = pack_bytes({"a", "b", "c", "d"}, {2, 2});
    signature.outputs.insert(signature.outputs.begin(), {"classes", DataType::bytes, {-1, 2}});
    slab.outputs = {names, kScoresView};
    EXPECT_EQ(classes(), R"({"results":[[["a",0.25],["b",0.75]],[["c",1.0],["d",0.0]]]})");
    signature.outputs = {{"label", DataType::int64, {-1}}};
    slab.outputs = {kLabelsView};
    EXPECT_THAT(classes(), HasSubstr("no output with scores"));
}

TEST_F(PredictResponseTest, RegressionsAreOneNumberEach) {
    constexpr std::array<float, 2> kValues = {2, 0.5};
    signature.outputs = {{"label", DataType::int64, {-1}}, {"value", DataType::fp32, {-1, 1}}};
    slab.outputs = {kLabelsView, {DataType::fp32, {2, 1}, std::as_bytes(std::span(kValues))}};
    std::string out;
    ASSERT_TRUE(encode_regressions(signature, request, slab, out));
    EXPECT_EQ(out, R"({"results":[2.0,0.5]})");
    signature.outputs = {{"scores", DataType::fp32, {-1, 2}}};
    slab.outputs = {kScoresView};
    EXPECT_THAT(encode_regressions(signature, request, slab, out).error().message,
                HasSubstr("no output with one number for each example"));
}

}  // namespace
}  // namespace mettle::tfs
