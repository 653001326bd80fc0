#include "mettle/inference/model_config_reader.hpp"

#include "mettle/inference/config_check.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct ModelConfigTest : ::testing::Test {
    ModelConfig read(std::string_view text, ConfigForm form = ConfigForm::yaml) {
        const auto read_file = [](const std::string& name) -> Result<std::string> {
            if (name == "labels.txt") return "cat\r\ndog\n";
            if (name == "warmup/x.bin") return std::string(8, '\1');
            return fail(Error::Kind::not_found, "there is no file " + name);
        };
        return read_model_config(text, form, "mettle.yaml", read_file, mistakes);
    }
    ModelConfig read_pbtxt(std::string_view text) { return read(text, ConfigForm::text_format); }
    // What the config says against a graph x FP32[-1,4] -> y FP32[-1,2], or another.
    std::string against(const ModelConfig& config, const Signature& graph) {
        check_config(config, graph, mistakes);
        return mistakes.to_string();
    }
    std::string against(const ModelConfig& config) {
        return against(config,
                       {{{"x", DataType::fp32, {-1, 4}}}, {{"y", DataType::fp32, {-1, 2}}}});
    }
    Mistakes mistakes;
};

TEST_F(ModelConfigTest, ReadsTritonsConfig) {
    const ModelConfig config = read_pbtxt(R"(
name: "digits"
platform: "onnxruntime_onnx"
max_batch_size: 8
input [ { name: "x" data_type: TYPE_FP32 dims: [ 4 ] } ]
output { name: "y" data_type: TYPE_FP32 dims: 2 label_filename: "labels.txt" }
dynamic_batching {
  preferred_batch_size: [ 8, 4 ]
  max_queue_delay_microseconds: 100
  preserve_ordering: true
  priority_levels: 2
  default_priority_level: 1
  default_queue_policy {
    timeout_action: DELAY default_timeout_microseconds: 5000 max_queue_size: 3
  }
  priority_queue_policy { key: 2 value { allow_timeout_override: true } }
}
instance_group [ { count: 2 kind: KIND_CPU }, { count: 1 } ]
version_policy: { specific { versions: [1, 3] } }
parameters { key: "intra_op_thread_count" value: { string_value: "2" } }
)");
    EXPECT_EQ(against(config), "");
    EXPECT_EQ(config.name, "digits");
    EXPECT_EQ(config.batching.max_batch_rows, 8);
    EXPECT_THAT(config.batching.preferred_rows, ElementsAre(4, 8));
    EXPECT_EQ(config.batching.max_queue_delay, 100us);
    EXPECT_TRUE(config.batching.preserve_ordering);
    EXPECT_EQ(config.batching.default_policy.timeout_action, QueuePolicy::TimeoutAction::delay);
    EXPECT_EQ(config.batching.default_policy.default_timeout, 5ms);
    EXPECT_TRUE(config.batching.priority_policies.at(2).allow_timeout_override);
    EXPECT_EQ(config.workers, 3);
    EXPECT_EQ(config.versions,
              (VersionPolicy{VersionPolicy::Kind::specific, 0, std::vector<std::int64_t>{1, 3}}));
    EXPECT_THAT(config.labels, ElementsAre("cat", "dog"));
    EXPECT_EQ(config.runtime.intra_op_threads, 2);
}

TEST_F(ModelConfigTest, ReadsOurOwnKeys) {
    const ModelConfig config = read(R"(
slo: p99<20ms
lane: worker
instance_group: {count: 2}
labels: [cat, dog]
version_labels: {stable: 1, canary: 2}
intra_op_threads: 4
providers: [cpu, openvino: {device_type: CPU}]
custom_ops: ops.so
)");
    EXPECT_TRUE(mistakes.empty()) << mistakes.to_string();
    EXPECT_EQ(config.slo_p99, 20ms);
    EXPECT_EQ(config.lane, Lane::worker);
    EXPECT_EQ(config.workers, 2);
    EXPECT_EQ(config.version_labels.at("canary"), "2");
    EXPECT_EQ(config.runtime.providers[1].name, "openvino");
    EXPECT_EQ(config.runtime.providers[1].options.at("device_type"), "CPU");
    EXPECT_THAT(config.runtime.custom_op_libraries, ElementsAre("ops.so"));
}

TEST_F(ModelConfigTest, JsonMayBeNamedAsProtobufNamesIt) {
    const ModelConfig config =
        read(R"({"maxBatchSize": "8", "dynamicBatching": {"maxQueueDelayMicroseconds": 7}})",
             ConfigForm::json);
    EXPECT_TRUE(mistakes.empty()) << mistakes.to_string();
    EXPECT_EQ(config.max_batch_size, 8);
    EXPECT_EQ(config.batching.max_queue_delay, 7us);
}

TEST_F(ModelConfigTest, ReadsWarmUps) {
    const ModelConfig config = read_pbtxt(R"(
max_batch_size: 8
model_warmup [ {
  name: "two" batch_size: 2 count: 3
  inputs { key: "x" value { data_type: TYPE_FP32 dims: 2 input_data_file: "x.bin" } }
} ])");
    EXPECT_TRUE(mistakes.empty()) << mistakes.to_string();
    ASSERT_EQ(config.warm_ups.size(), 1U);
    EXPECT_EQ(config.warm_ups[0].rows, 2);
    EXPECT_EQ(config.warm_ups[0].count, 3);
    EXPECT_EQ(config.warm_ups[0].inputs[0].bytes.size(), 8U);
}

TEST_F(ModelConfigTest, SaysSeveralMistakesAtOnceByTheirPlaces) {
    read(
        "max_batchsize: 8\nlane: fast\ndynamic_batching:\n  preferred_batch_size: [0]\n"
        "instance_group: {count: many}\nbackend: tensorflow\nslo: soon\n");
    EXPECT_EQ(mistakes.to_string(),
              "mettle.yaml:1:1: a model's config has no key 'max_batchsize'; did you mean "
              "'max_batch_size'?\n"
              "mettle.yaml:2:7: lane is auto or inline or worker, not 'fast'\n"
              "mettle.yaml:4:26: preferred_batch_size is a whole number from 1 to 65536, not '0'\n"
              "mettle.yaml:5:25: count is a whole number from 1 to 256, not 'many'\n"
              "mettle.yaml:6:10: backend 'tensorflow' is not offered: it is onnxruntime, or left "
              "out\n"
              "mettle.yaml:7:6: slo is a limit like p99<20ms, not 'soon'");
}

TEST_F(ModelConfigTest, RefusesWhatIsNotOffered) {
    read_pbtxt("ensemble_scheduling { step [] }\nresponse_cache { enable: true }");
    EXPECT_THAT(mistakes.to_string(), HasSubstr("1:21: ensemble_scheduling is not offered"));
    EXPECT_THAT(mistakes.to_string(), HasSubstr("response_cache is not offered"));
}

TEST_F(ModelConfigTest, ABatchSizeContradictsAGraphThatCanNotBatch) {
    const Signature fixed{{{"x", DataType::fp32, {1, 4}}}, {{"y", DataType::fp32, {1, 2}}}};
    EXPECT_EQ(against(read("max_batch_size: 8"), fixed),
              "mettle.yaml:1:17: max_batch_size is 8, but the graph's input x FP32[1,4] has no "
              "first dimension of any size: say 0, or export the model with one");
}

TEST_F(ModelConfigTest, NamesTypesAndDimensionsAreHeldAgainstTheGraph) {
    EXPECT_EQ(against(read_pbtxt("max_batch_size: 4\n"
                                 "input { name: \"x\" data_type: TYPE_INT64\n dims: [ 5 ] }\n"
                                 "output { name: \"z\" data_type: TYPE_FP32 dims: [ 2 ] }")),
              "mettle.yaml:2:30: input 'x' has data_type INT64, but in the graph it is FP32\n"
              "mettle.yaml:3:8: input 'x' has dims [5] behind the batch's, but in the graph it is "
              "[-1,4]\n"
              "mettle.yaml:4:16: the graph has no output 'z'; did you mean 'y'?");
}

TEST_F(ModelConfigTest, DimensionsMayBeNarrowerThanTheGraphs) {
    EXPECT_EQ(against(read("input: [{name: x, dims: [2, 4]}]")), "");
}

TEST_F(ModelConfigTest, WhoListsInputsListsThemAll) {
    const Signature two{{{"a", DataType::fp32, {4}}, {"b", DataType::fp32, {4}}}, {}};
    EXPECT_THAT(against(read("input: [{name: a}]"), two),
                HasSubstr("the graph's input b FP32[4] is missing here"));
}

TEST_F(ModelConfigTest, FilesThatAreNotThereAreSaid) {
    read("labels: nowhere.txt");
    EXPECT_EQ(mistakes.to_string(), "mettle.yaml:1:9: labels: there is no file nowhere.txt");
}

}  // namespace
}  // namespace mettle
