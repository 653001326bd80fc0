#include "mettle/results/prove_result.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace mettle::results {
namespace {

ProveResult example() {
    ProveResult result;
    result.verdict = ProveVerdict::not_ready;
    result.seed = 18'446'744'073'709'551'615u;
    result.reasons = {"p99 of 80 ms"};
    StageResult stage;
    stage.name = "steady";
    stage.verdict = StageVerdict::fail;
    stage.evidence_json = R"({"rate_rps":5})";
    result.stages = {stage};
    return result;
}

TEST(ProveResult, SaysTheVerdictAndKeepsEvidence) {
    const auto json = nlohmann::json::parse(to_json(example()));
    EXPECT_EQ(json["schema"], "mettle.prove/1");
    EXPECT_EQ(json["verdict"], "NOT READY");
    EXPECT_EQ(json["seed"], 18'446'744'073'709'551'615u);
    EXPECT_EQ(json["stages"][0]["verdict"], "fail");
    EXPECT_EQ(json["stages"][0]["evidence"]["rate_rps"], 5);
    EXPECT_TRUE(json["capacity"].is_null());
    for (const char* field : {"tool", "started", "duration_s", "target", "host", "reasons", "slo",
                              "assumed", "skipped"})
        EXPECT_TRUE(json.contains(field)) << field;
}

TEST(ProveResult, WritesNullWhereNoRateFailed) {
    auto result = example();
    result.capacity = Capacity{1200, {}, {}, 0.99, "p99<50ms", "compute"};
    const auto json = nlohmann::json::parse(to_json(result));
    EXPECT_EQ(json["capacity"]["rps_pass"], 1200);
    EXPECT_TRUE(json["capacity"]["rps_fail"].is_null());
}

// What a target answered goes into reasons and evidence, and may be any bytes.
TEST(ProveResult, IsJsonWhateverTheTargetSent) {
    auto result = example();
    result.reasons = {"got \xff\xfe</script>"};
    result.stages[0].evidence_json = "{broken";
    const auto json = nlohmann::json::parse(to_json(result));
    EXPECT_EQ(json["stages"][0]["evidence"], nlohmann::json::object());
    EXPECT_EQ(json["reasons"][0], "got \xEF\xBF\xBD\xEF\xBF\xBD</script>");
}

}  // namespace
}  // namespace mettle::results
