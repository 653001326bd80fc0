#include "mettle/prove/fake_target_test.hpp"
#include "mettle/prove/stages.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace mettle::prove {
namespace {

using results::StageVerdict;
using ::testing::HasSubstr;

struct SteadyTest : BenchTest {
    RateSearch search{bench};
};

TEST_F(SteadyTest, RunsAtHalfOfWhatAQuickSearchPassed) {
    const auto result = prove_steady(bench, search);
    EXPECT_EQ(result.verdict, StageVerdict::pass) << result.answer;
    const auto evidence = nlohmann::json::parse(result.evidence_json);
    EXPECT_GE(evidence["rate_rps"], 200);
    EXPECT_LE(evidence["rate_rps"], 600);
    EXPECT_THAT(bench.assumed.back(), HasSubstr("half of what a quick search passed"));
    for (const char* field : {"latency_ms", "service_ms", "phases_ms", "series", "validity"})
        EXPECT_TRUE(evidence.contains(field)) << field;
    std::uint64_t count = 0;
    for (const auto& bucket : evidence["histogram"]) count += bucket[1].get<std::uint64_t>();
    EXPECT_EQ(count, evidence["requests"]);
}

TEST_F(SteadyTest, RunsAtTheExpectedRateAndFailsWhereTheSloBreaks) {
    bench.expect_rps = 1'200;
    const auto result = prove_steady(bench, search);
    EXPECT_EQ(result.verdict, StageVerdict::fail);
    EXPECT_THAT(result.reasons[0], HasSubstr("where p99<50ms must hold"));
}

TEST_F(SteadyTest, IsInvalidWhenTheGeneratorCouldNotOfferTheRate) {
    bench.expect_rps = 900;
    target.generator_limit = 500;
    const auto result = prove_steady(bench, search);
    EXPECT_EQ(result.verdict, StageVerdict::invalid);
    EXPECT_EQ(result.reasons[0], "send lag p99 of 9 ms");
}

// Somebody compiles on the server's core: what breaks then says nothing of the server, unless it
// gives errors.
TEST_F(SteadyTest, IsInvalidWhenOthersHadTheTargetsCores) {
    bench.expect_rps = 1'200;
    bench.neighbours_cpu = 0.5;
    auto result = prove_steady(bench, search);
    EXPECT_EQ(result.verdict, StageVerdict::invalid);
    EXPECT_EQ(result.reasons[0],
              "other processes used 0.50 of the target's 1 core, so what it can "
              "do was not seen");
    bench.runner = [this](const load::LoadPlan& load, const Sending&, const TransportNeeds&) {
        auto run = target.run(load);
        run.failures = {{"x", "POST", "status", "500", 100}};
        return run;
    };
    EXPECT_EQ(prove_steady(bench, search).verdict, StageVerdict::fail);
}

TEST_F(SteadyTest, APassUnderSlightLagStaysAPass) {
    bench.expect_rps = 500;
    target.generator_limit = 495;
    EXPECT_EQ(prove_steady(bench, search).verdict, StageVerdict::pass);
}

}  // namespace
}  // namespace mettle::prove
