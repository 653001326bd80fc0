#include "mettle/prove/stages.hpp"

#include "mettle/prove/fake_target_test.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace mettle::prove {
namespace {

using results::StageVerdict;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct StagesTest : BenchTest {
    results::StageResult prove_the_capacity() {
        auto result = prove_capacity(bench, search, capacity);
        evidence = nlohmann::json::parse(result.evidence_json);
        return result;
    }

    RateSearch search{bench};
    std::optional<results::Capacity> capacity;
    nlohmann::json evidence;
};

TEST_F(StagesTest, AssumesAnSloFromTheUnloadedLatency) {
    EXPECT_THAT(bench.slo().texts(), ::testing::ElementsAre("error_rate<0.1%", "p99<50ms"));
    EXPECT_THAT(bench.assumed, ::testing::ElementsAre("SLO error_rate<0.1%", "SLO p99<50ms"));
    bench.given_slo = *Slo::parse({"p99<7ms"});
    EXPECT_THAT(bench.slo().texts(), ::testing::ElementsAre("p99<7ms"));
}

// M/D/1 with 1 ms of service and 50 ms of limit: the capacity is a little under 1,000 a second.
TEST_F(StagesTest, CapacityOfAKnownQueueIsFoundAndConfirmed) {
    const auto result = prove_the_capacity();
    EXPECT_EQ(result.verdict, StageVerdict::pass) << result.answer;
    ASSERT_TRUE(capacity);
    EXPECT_NEAR(capacity->rps_pass, 950, 48);
    EXPECT_NEAR(capacity->rps_fail.value_or(0), 1000, 50);
    EXPECT_EQ(capacity->binding_slo, "p99<50ms");
    EXPECT_THAT(capacity->bottleneck, HasSubstr("compute: the target uses"));
    EXPECT_GE(evidence["confirm"]["n_effective"], 459);
    EXPECT_EQ(evidence["probes"].back()["phase"], "confirm");
    EXPECT_EQ(evidence["limit_ms"], 50);
}

TEST_F(StagesTest, CapacityNeverAsksForMoreThanTheMaximumRate) {
    bench.max_rate = 300;
    prove_the_capacity();
    for (const auto& probe : evidence["probes"]) EXPECT_LE(probe["rate_rps"], 300);
    EXPECT_EQ(capacity->rps_pass, 300);
}

TEST_F(StagesTest, CapacityIsJudgedAgainstTheExpectedRate) {
    bench.expect_rps = 500;
    EXPECT_EQ(prove_the_capacity().verdict, StageVerdict::pass);
    RateSearch another(bench);
    bench.expect_rps = 2'000;
    const auto result = prove_capacity(bench, another, capacity);
    EXPECT_EQ(result.verdict, StageVerdict::fail);
    EXPECT_THAT(result.reasons[0], HasSubstr("where 2,000 rps were expected"));
}

TEST_F(StagesTest, CapacitySaysWhenTheGeneratorIsTheLimit) {
    target.service_ms = 0.1;
    target.generator_limit = 2'000;
    const auto result = prove_the_capacity();
    EXPECT_THAT(evidence["bottleneck"], HasSubstr("generator"));
    EXPECT_THAT(result.answer, HasSubstr("could not be judged at"));
    EXPECT_TRUE(evidence["rps_fail"].is_null());
}

TEST_F(StagesTest, ATargetThatAlwaysFailsIsNotReadyAtAnyRate) {
    target.failing = 0.02;
    const auto result = prove_the_capacity();
    EXPECT_EQ(result.verdict, StageVerdict::fail) << result.answer;
    EXPECT_FALSE(capacity);
    EXPECT_THAT(result.reasons, Not(IsEmpty()));
}

TEST_F(StagesTest, CapacityUsesTheBudgetToConfirmAndNoMore) {
    plan.profile.capacity = Duration::zero();  // Its share is spent before it began.
    prove_the_capacity();
    ASSERT_EQ(evidence["probes"].size(), 2u);
    EXPECT_EQ(evidence["probes"][0]["phase"], "bracket");
    EXPECT_EQ(evidence["probes"][1]["phase"], "confirm");
    EXPECT_TRUE(capacity);
    bench.deadline = std::chrono::steady_clock::now();
    RateSearch late(bench);
    const auto result = prove_capacity(bench, late, capacity);
    EXPECT_EQ(result.verdict, StageVerdict::invalid);
}

TEST_F(StagesTest, InterruptedCapacityHasNoVerdict) {
    bench.slo();
    stop.request_stop();
    EXPECT_EQ(prove_the_capacity().verdict, StageVerdict::invalid);
}

// Beyond its capacity an M/D/1 queue grows as long as it is fed.
TEST_F(StagesTest, OverloadNamesAQueueWithoutBound) {
    prove_the_capacity();
    const auto result = prove_overload(bench, search);
    EXPECT_EQ(result.verdict, StageVerdict::fail) << result.answer;
    EXPECT_THAT(result.reasons[0], HasSubstr("unbounded queue: at 3.")) << result.answer;
    evidence = nlohmann::json::parse(result.evidence_json);
    EXPECT_EQ(evidence["grade"], "collapsed");
    EXPECT_EQ(evidence["levels"].size(), 3u);
    EXPECT_EQ(evidence["recovered_s"], 0);  // This fake forgets its queue between runs.
}

TEST_F(StagesTest, OverloadIsSkippedWhereTheGeneratorCannotOfferIt) {
    target.generator_limit = 1'000;
    prove_the_capacity();
    const auto result = prove_overload(bench, search);
    EXPECT_EQ(result.verdict, StageVerdict::skipped);
    EXPECT_THAT(result.answer, HasSubstr("could not offer 1.2 times"));
}

// Of an app that took long to start 17 s were left for the search, of which a confirming run of
// 12 s, as slow a rate as --expect 100rps wants it, left no room for a probe: nothing was sent.
TEST_F(StagesTest, CapacityFitsItsConfirmingRunIntoWhatIsLeft) {
    plan.profile = *profile_named("quick");
    bench.expect_rps = 100;
    bench.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(17);
    const auto result = prove_the_capacity();
    EXPECT_EQ(result.verdict, StageVerdict::pass) << result.answer << evidence.dump();
    ASSERT_TRUE(capacity);
    EXPECT_GE(capacity->rps_pass, 100);
}

TEST_F(StagesTest, OverloadIsSkippedWhereTheBudgetIsSpent) {
    prove_the_capacity();
    bench.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    const auto result = prove_overload(bench, search);
    EXPECT_EQ(result.verdict, StageVerdict::skipped);
    EXPECT_THAT(result.answer, HasSubstr("too little of the budget was left"));
}

TEST_F(StagesTest, CorrectnessLeavesOutMiddleLevelsWhereItIsLate) {
    bench.stage_end = std::chrono::steady_clock::now();
    prove_correctness(bench);
    EXPECT_EQ(runs, 2);
}

TEST_F(StagesTest, SharesOfTheTimeAtTheLimitSumToOne) {
    prove_the_capacity();
    bench.runner = [this](const load::LoadPlan& load, const Sending&, const TransportNeeds&) {
        auto run = target.run(load);
        auto& times = run.totals.times;
        for (const auto phase : {results::Phase::queue, results::Phase::infer})
            times.phases[static_cast<std::size_t>(phase)].record(40'000);  // 4 ms
        return run;
    };
    RateSearch another(bench);
    evidence = nlohmann::json::parse(prove_capacity(bench, another, capacity).evidence_json);
    double sum = 0;
    for (const auto& part : evidence["time"]["parts"]) sum += part["share"].get<double>();
    EXPECT_NEAR(sum, 1, 1e-9);
    EXPECT_GT(evidence["bottleneck_confidence"], 0.5);
    // One request of very many had these phases: they are not every request's.
    EXPECT_LT(evidence["time"]["parts"][0]["share"], 0.1);
    EXPECT_FALSE(evidence["time"]["overlap"].get<bool>());
}

TEST_F(StagesTest, CorrectnessFailsOnWrongAnswersAndBearsRefusalsUnderLoad) {
    std::string kind = "wrong_answer", detail = "label [0] is 3, not 7";
    bench.runner = [&](const load::LoadPlan& load, const Sending&, const TransportNeeds& needs) {
        EXPECT_EQ(needs.check_share, 1);
        auto run = target.run(load);
        if (load.closed->users > 1) run.failures = {{"x", "POST", kind, detail, 2}};
        return run;
    };
    const auto wrong = prove_correctness(bench);
    EXPECT_EQ(wrong.verdict, StageVerdict::fail);
    EXPECT_THAT(wrong.answer, HasSubstr("4 wrong and 0 failed of"));
    EXPECT_THAT(wrong.reasons.back(), HasSubstr("label [0] is 3, not 7"));
    kind = "status", detail = "503 Service Unavailable";
    EXPECT_EQ(prove_correctness(bench).verdict, StageVerdict::pass);
    kind = "status", detail = "500 Internal Server Error";
    EXPECT_EQ(prove_correctness(bench).verdict, StageVerdict::fail);
}

TEST_F(StagesTest, CorrectnessCannotTellWhenNothingWasSent) {
    bench.runner = [](auto&&...) { return results::RunResult(); };
    EXPECT_EQ(prove_correctness(bench).verdict, StageVerdict::invalid);
}

}  // namespace
}  // namespace mettle::prove
