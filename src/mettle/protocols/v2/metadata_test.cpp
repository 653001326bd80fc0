#include "mettle/protocols/v2/metadata.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::protocols::v2 {
namespace {

using ::testing::ElementsAre;

TEST(Metadata, ReadsAServers) {
    const auto server = parse_server_metadata(
        R"({"name":"triton","version":"2.51.0","extensions":["statistics"]})");
    ASSERT_TRUE(server);
    EXPECT_EQ(server->name, "triton");
    EXPECT_THAT(server->extensions, ElementsAre("statistics"));
}

// Servers that say 200 and some JSON to everything are not V2.
TEST(Metadata, BelievesOnlyV2sOwnFields) {
    for (const char* body : {"", "ok", "{}", "[]", "null", R"({"name":"x"})",
                             R"({"name":1,"extensions":[]})", R"({"name":"x","extensions":"no"})"})
        EXPECT_FALSE(parse_server_metadata(body)) << body;
}

TEST(Metadata, ReadsAModels) {
    const auto model = parse_model_metadata(
        R"({"name":"digits","versions":["1"],"platform":"onnxruntime_onnx",
            "inputs":[{"name":"pixels","datatype":"FP32","shape":[-1,64]}],
            "outputs":[{"name":"label","datatype":"INT64","shape":[-1]}]})");
    ASSERT_TRUE(model);
    EXPECT_EQ(model->signature.to_string(), "pixels FP32[-1,64] -> label INT64[-1]");
}

TEST(Metadata, SaysWhatAModelsLacks) {
    const auto error = [](const char* body) {
        const auto model = parse_model_metadata(body);
        return model ? "none" : model.error().message;
    };
    EXPECT_EQ(error(R"({"name":"m"})"), "the model's metadata has no 'inputs'");
    EXPECT_EQ(error(R"({"name":"m","inputs":[{"name":"x"}]})"),
              "a tensor in the model's metadata has no name, datatype or shape");
    EXPECT_EQ(error(R"({"name":"m","inputs":[{"name":"x","datatype":"FP8","shape":[1]}]})"),
              "the model's tensor 'x' is of type 'FP8', which V2 does not have");
    EXPECT_EQ(error(R"({"name":"m","inputs":[{"name":"x","datatype":"FP32","shape":[-2]}]})"),
              "the shape of 'x' is not understood: [-2]");
    EXPECT_EQ(error(R"({"name":"m","inputs":[{"name":"x","datatype":"FP32","shape":["1"]}]})"),
              "the shape of 'x' is not understood: [\"1\"]");
}

TEST(Metadata, ListsModelsOnce) {
    EXPECT_THAT(*parse_repository_index(
                    R"([{"name":"a","version":"1"},{"name":"a","version":"2"},{"name":"b"},7])"),
                ElementsAre("a", "b"));
    EXPECT_FALSE(parse_repository_index("{}"));
}

}  // namespace
}  // namespace mettle::protocols::v2
