#include "mettle/prove/fake_target_test.hpp"
#include "mettle/prove/stages.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace mettle::prove {
namespace {

using results::StageVerdict;
using ::testing::HasSubstr;

protocols::Target a_model(Shape shape) {
    protocols::Target target;
    target.url = *http::parse_url("http://127.0.0.1:1");
    target.protocol = protocols::Protocol::v2;
    target.model.name = "m";
    target.model.signature.inputs = {{"x", DataType::fp32, std::move(shape)}};
    target.model.signature.outputs = {{"y", DataType::fp32, Shape{-1}}};
    return target;
}

TEST(ResizedSending, MakesRowsAndLengthsThatTheModelLeavesFree) {
    const auto rows = Sending::make(a_model(Shape{-1, 4}), {}, {}, 1);
    EXPECT_TRUE(rows->resized({16, 1}, 1));
    EXPECT_FALSE(rows->has_lengths());
    SendOptions options;
    options.inputs.shapes.insert(*payload::parse_shape_law("x:1,8"));
    const auto both = Sending::make(a_model(Shape{-1, -1}), options, {}, 1);
    EXPECT_TRUE(both->has_lengths());
    EXPECT_TRUE(both->resized({2, 4}, 1));
}

TEST(ResizedSending, SaysWhatCannotBeMadeLarger) {
    const auto fixed = Sending::make(a_model(Shape{1, 4}), {}, {}, 1);
    EXPECT_THAT(fixed->resized({4, 1}, 1).error().message, HasSubstr("is fixed"));
    const auto large = Sending::make(a_model(Shape{-1, 1 << 20}), {}, {}, 1);
    EXPECT_TRUE(large->resized({2, 1}, 1));
    EXPECT_THAT(large->resized({64, 1}, 1).error().message, HasSubstr("256 MiB"));
}

using PayloadTest = BenchTest;

// This target is plain HTTP at a port where nobody listens: only concurrency varies.
TEST_F(PayloadTest, WithoutRowsOnlyConcurrencyVaries) {
    const auto result = prove_payload(bench);
    EXPECT_EQ(result.verdict, StageVerdict::pass) << result.answer;
    const auto evidence = nlohmann::json::parse(result.evidence_json);
    EXPECT_EQ(evidence["cells"].size(), plan.profile.payload_users.size());
    EXPECT_TRUE(evidence["law"].is_null());
    EXPECT_EQ(evidence["recommended"]["rows"], 1);
    EXPECT_THAT(result.answer, HasSubstr("Best: 1 row a request, 16 at once: 16,000 rows/s"));
}

TEST_F(PayloadTest, RecommendsNothingThatBreaksTheSlo) {
    bench.given_slo = *Slo::parse({"p99<0.5ms"});
    const auto result = prove_payload(bench);
    EXPECT_EQ(result.answer, "Nothing that was tried is within 0.5 ms.");
    bench.runner = [](auto&&...) { return results::RunResult(); };
    EXPECT_EQ(prove_payload(bench).verdict, StageVerdict::invalid);
}

TEST_F(PayloadTest, InterruptedHasNoVerdict) {
    bench.slo();
    stop.request_stop();
    EXPECT_EQ(prove_payload(bench).verdict, StageVerdict::skipped);
}

}  // namespace
}  // namespace mettle::prove
