#include "mettle/report/prove_summary.hpp"

#include <gmock/gmock.h>

namespace mettle::report {
namespace {

using results::StageVerdict;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

results::StageResult stage(const char* name, StageVerdict verdict, const char* answer) {
    results::StageResult result;
    result.name = name;
    result.verdict = verdict;
    result.answer = answer;
    return result;
}

results::ProveResult example() {
    results::ProveResult result;
    result.verdict = results::ProveVerdict::ready;
    result.target = {"http://127.0.0.1:8000", "v2", "digits"};
    result.stages = {stage("steady", StageVerdict::pass, "2,000 rps"),
                     stage("capacity", StageVerdict::skipped, "left out")};
    result.skipped = {"capacity: left out"};
    result.assumed = {"SLO p99<50ms"};
    result.capacity = results::Capacity{9'800, 10'400, {}, 0.99, "p99<50ms", "compute: full"};
    return result;
}

TEST(ProveSummary, SaysInTheVerdictsLineWhatWasSkipped) {
    const std::string text = prove_summary(example(), {});
    EXPECT_THAT(
        text,
        StartsWith(
            "READY  http://127.0.0.1:8000 digits  (skipped: capacity; assumed: SLO p99<50ms)"));
    EXPECT_THAT(text, HasSubstr("9,800 rps hold the SLO, 10,400 rps break it (99 % confidence"));
    EXPECT_THAT(text, HasSubstr("steady          0.0 s  2,000 rps"));
    EXPECT_THAT(prove_summary(example(), {.stages = false}), Not(HasSubstr("2,000 rps")));
    EXPECT_THAT(text, HasSubstr("assumed   SLO p99<50ms"));
    EXPECT_THAT(text, HasSubstr("limit     compute: full"));
}

TEST(ProveSummary, SaysHeadroomAndWhatIsUnlikeProduction) {
    auto result = example();
    result.headroom =
        "9,800 rps are confirmed, 1.96 times the 5,000 rps expected: 96 % of headroom";
    result.caveats = {"cores: 1 core here, 4 cores in production", "memory: 8 GiB here"};
    result.assumed = {"a", "b", "c", "d"};
    const std::string line =
        "(skipped: capacity; assumed: a, b and 2 more; unlike production in 2 ways)";
    EXPECT_THAT(prove_summary(result, {}), HasSubstr(line));
    EXPECT_THAT(prove_summary(result, {}), HasSubstr("headroom  9,800 rps are confirmed"));
    EXPECT_THAT(prove_summary(result, {}), HasSubstr("caveats   cores: 1 core here, 4 cores"));
    const std::string markdown = prove_markdown(result);
    EXPECT_THAT(markdown, HasSubstr("unlike production in 2 ways"));
    EXPECT_THAT(markdown, HasSubstr("**Headroom**"));
    EXPECT_THAT(markdown, HasSubstr("**Unlike production**"));
}

TEST(ProveSummary, LeavesNoEscapeSequenceOfATargetOnTheTerminal) {
    auto result = example();
    result.reasons = {"got \x1b[2Jhello\nworld"};
    EXPECT_THAT(prove_summary(result, {}), HasSubstr("got  [2Jhello world"));
    EXPECT_THAT(stage_line(stage("a", StageVerdict::fail, "x\x1b]0;y"), false),
                Not(HasSubstr("\x1b")));
}

TEST(ProveMarkdown, EscapesWhatCameFromATarget) {
    auto result = example();
    result.stages[0].answer = "a|b <script> [x](y)\nz";
    const std::string text = prove_markdown(result);
    EXPECT_THAT(text, StartsWith("### READY: http://127.0.0.1:8000 digits"));
    EXPECT_THAT(text, HasSubstr("| steady | pass | a\\|b &lt;script> \\[x\\](y) z |"));
}

TEST(ProveJunit, HasACaseForEachStage) {
    auto result = example();
    result.stages.push_back(stage("correctness", StageVerdict::fail, "3 < 4 & \"x\""));
    result.stages.push_back(stage("cold_start", StageVerdict::invalid, "?"));
    const std::string text = prove_junit(result);
    EXPECT_THAT(text, HasSubstr("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""));
    EXPECT_THAT(text, HasSubstr("<failure message=\"3 &lt; 4 &amp; &quot;x&quot;\">"));
    EXPECT_THAT(text, HasSubstr("<skipped message=\"left out\"/>"));
}

}  // namespace
}  // namespace mettle::report
