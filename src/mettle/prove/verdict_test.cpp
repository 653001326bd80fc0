#include "mettle/prove/verdict.hpp"

#include <gmock/gmock.h>

namespace mettle::prove {
namespace {

using results::ProveResult;
using results::ProveVerdict;
using results::StageResult;
using results::StageVerdict;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ProveResult with_stages(std::vector<StageVerdict> verdicts) {
    ProveResult result;
    for (const StageVerdict verdict : verdicts) {
        StageResult stage;
        stage.name = "stage" + std::to_string(result.stages.size());
        stage.verdict = verdict;
        stage.answer = "answer";
        if (verdict != StageVerdict::pass) stage.reasons = {"why"};
        result.stages.push_back(stage);
    }
    return result;
}

TEST(Verdict, FollowsTheWorstStage) {
    struct Row {
        std::vector<StageVerdict> stages;
        ProveVerdict verdict;
        ExitCode code;
    };
    using enum StageVerdict;
    for (const auto& [stages, verdict, code] :
         {Row{{pass, pass}, ProveVerdict::ready, ExitCode::passed},
          Row{{pass, skipped}, ProveVerdict::ready, ExitCode::passed},
          Row{{pass, invalid}, ProveVerdict::invalid, ExitCode::no_verdict},
          Row{{invalid, fail, pass}, ProveVerdict::not_ready, ExitCode::failed},
          Row{{skipped, skipped}, ProveVerdict::invalid, ExitCode::no_verdict},
          Row{{}, ProveVerdict::invalid, ExitCode::no_verdict}}) {
        auto result = with_stages(stages);
        conclude(result);
        EXPECT_EQ(result.verdict, verdict) << stages.size();
        EXPECT_EQ(exit_code_of(result), code) << stages.size();
    }
}

TEST(Verdict, PutsFailuresBeforeDoubtsAndListsWhatWasSkipped) {
    auto result = with_stages({StageVerdict::invalid, StageVerdict::fail, StageVerdict::skipped});
    conclude(result);
    EXPECT_THAT(result.reasons, ElementsAre("stage1: why", "stage0: why"));
    EXPECT_THAT(result.skipped, ElementsAre("stage2: answer"));
}

TEST(Verdict, LostTargetIsFourAndAnInterruptionThree) {
    auto lost = with_stages({StageVerdict::pass});
    lost.target_lost = true;
    conclude(lost);
    EXPECT_EQ(lost.verdict, ProveVerdict::not_ready);
    EXPECT_EQ(exit_code_of(lost), ExitCode::unreachable);
    auto interrupted = with_stages({StageVerdict::fail});
    interrupted.interrupted = true;
    conclude(interrupted);
    EXPECT_EQ(interrupted.verdict, ProveVerdict::invalid);
    EXPECT_EQ(exit_code_of(interrupted), ExitCode::no_verdict);
    EXPECT_EQ(interrupted.reasons[0], "interrupted");
}

TEST(Verdict, SaysTheHeadroomOverWhatWasExpected) {
    results::ProveResult result;
    result.expect_rps = 500;
    conclude(result);
    EXPECT_EQ(result.headroom, "");
    result.capacity = results::Capacity{};
    result.capacity->rps_pass = 1240;
    conclude(result);
    EXPECT_EQ(result.headroom,
              "1,240 rps are confirmed, 2.48 times the 500 rps expected: 148 % of headroom");
    result.capacity->rps_pass = 400;
    conclude(result);
    EXPECT_EQ(result.headroom,
              "400 rps are confirmed, 0.80 times the 500 rps expected: 20 % short");
}

}  // namespace
}  // namespace mettle::prove
