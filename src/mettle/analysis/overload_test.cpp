#include "mettle/analysis/overload.hpp"

#include <gmock/gmock.h>

namespace mettle::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A service of 1,000 a second and 50 ms that is offered `multiple` times that for ten seconds.
OverloadLevel level(double multiple, double goodput_rps) {
    OverloadLevel seen;
    seen.offered_rps = 1000 * multiple;
    seen.goodput_rps = goodput_rps;
    seen.requests = static_cast<std::uint64_t>(10'000 * multiple);
    return seen;
}

OverloadPicture picture(std::vector<OverloadLevel> levels) {
    OverloadPicture seen;
    seen.capacity_rps = 1000;
    seen.limit_ms = 50;
    seen.levels = std::move(levels);
    seen.recovered_s = 0.3;
    seen.watched_s = 4;
    return seen;
}

TEST(Overload, OneThatShedsKeepsItsGoodput) {
    auto shedding = level(2, 950);
    shedding.refused = 10'200;
    shedding.refused_p99_ms = 2;
    auto seen = picture({shedding});
    seen.refusals_seen = seen.with_retry_after = 20;
    const auto judgement = judge_overload(seen);
    EXPECT_EQ(judgement.grade, OverloadGrade::graceful);
    EXPECT_THAT(judgement.faults, IsEmpty());
    EXPECT_THAT(judgement.remarks, IsEmpty());
}

TEST(Overload, OneThatQueuesEverythingIsNamed) {
    auto queueing = level(2, 20);
    queueing.late = 9'000;
    queueing.timed_out = 10'800;
    const auto judgement = judge_overload(picture({level(1.5, 900), queueing}));
    EXPECT_EQ(judgement.grade, OverloadGrade::collapsed);
    EXPECT_THAT(judgement.faults,
                ElementsAre(HasSubstr("unbounded queue: at 2.0 times its capacity "
                                      "2.0 % of the capacity was right")));
}

TEST(Overload, OneThatRefusesAndStillCollapsesIsNamedOtherwise) {
    auto thrashing = level(3, 300);
    thrashing.refused = 20'000;
    const auto judgement = judge_overload(picture({thrashing}));
    EXPECT_THAT(judgement.faults, ElementsAre(HasSubstr("overload collapse: at 3.0 times")));
}

TEST(Overload, HalfTheGoodputIsDegradedAndPasses) {
    auto half = level(2, 600);
    half.refused = 14'000;
    const auto judgement = judge_overload(picture({half}));
    EXPECT_EQ(judgement.grade, OverloadGrade::degraded);
    EXPECT_THAT(judgement.faults, IsEmpty());
}

TEST(Overload, WrongAnswersErrorsAndNoRecoveryFailWhateverTheGoodput) {
    auto faulty = level(2, 990);
    faulty.wrong = 1;
    faulty.broken = 1'000;
    auto seen = picture({faulty});
    seen.recovered_s.reset();
    EXPECT_THAT(judge_overload(seen).faults,
                ElementsAre(HasSubstr("1 of 20000 answers were wrong"),
                            HasSubstr("1000 of 20000 requests ended in an error"),
                            HasSubstr("metastable")));
}

TEST(Overload, RefusalsThatSayNothingOrComeLateAreRemarked) {
    auto shedding = level(2, 950);
    shedding.refused = 10'200;
    shedding.refused_p99_ms = 40;
    auto seen = picture({shedding});
    seen.refusals_seen = 20;
    seen.with_retry_after = 5;
    EXPECT_THAT(judge_overload(seen).remarks,
                ElementsAre(HasSubstr("15 of 20 refusals"), HasSubstr("refusals are slow")));
}

std::vector<TimedAnswer> answers(double until_s, double bad_until_s) {
    std::vector<TimedAnswer> list;
    for (double at = 0; at < until_s; at += 0.005) list.push_back({at, at >= bad_until_s});
    return list;
}

TEST(WellFrom, IsTheEndOfTheLastBadWindow) {
    EXPECT_DOUBLE_EQ(*well_from(answers(4, 0), 0.25, 4), 0);
    EXPECT_DOUBLE_EQ(*well_from(answers(4, 0.9), 0.25, 4), 1);
    EXPECT_FALSE(well_from(answers(4, 3.9), 0.25, 4));
    EXPECT_FALSE(well_from({}, 0.25, 4));
}

TEST(WellFrom, ALoneFailureIsNoState) {
    auto list = answers(4, 0.2);
    list[700].good = false;
    EXPECT_DOUBLE_EQ(*well_from(list, 0.25, 4), 0.25);
}

}  // namespace
}  // namespace mettle::analysis
