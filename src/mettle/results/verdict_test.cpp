#include "mettle/results/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::results {
namespace {

struct Case {
    const char* name;
    void (*spoil)(RunResult&);
    std::vector<std::string> fail_if;
    ExitCode code;
};

// 1,000 answers of 10 ms from due, 1 ms from the send, over 10 s.
RunResult good_run() {
    RunResult run;
    run.duration_s = 10;
    run.totals.requests = 1000;
    run.totals.times.latency.record(10'000, 1000);
    run.totals.times.service.record(1'000, 1000);
    return run;
}

void break_check(RunResult& run, const char* name) {
    run.validity.valid = false;
    run.validity.checks.push_back({name, 2, 1, false, ""});
    run.validity.reasons.push_back(name);
}

void lags(RunResult& run) {
    break_check(run, "send_lag_p99");
}

void fails(RunResult& run) {
    run.totals.failures = 1;
    run.totals.requests = 1001;
}

void nothing(RunResult&) {}

const std::vector<Case> kCases = {
    {"a good run passes", nothing, {}, ExitCode::passed},
    {"a failed request fails", fails, {}, ExitCode::failed},
    {"expressions alone decide", fails, {"p99>1s", "error_rate>1%"}, ExitCode::passed},
    {"a true expression fails", nothing, {"p50>5ms"}, ExitCode::failed},
    {"an invalid run has no verdict", lags, {}, ExitCode::no_verdict},
    {"failures count in an invalid run too",
     [](RunResult& run) { lags(run), fails(run); },
     {},
     ExitCode::failed},
    {"slow from the send is no lag's fault", lags, {"p50>500us"}, ExitCode::failed},
    {"slow from the due time alone may be", lags, {"p50>5ms"}, ExitCode::no_verdict},
    {"a rate that was not reached may be", lags, {"rps<200"}, ExitCode::no_verdict},
    {"a pass under lag stays a pass", lags, {"p50>20ms"}, ExitCode::passed},
    {"but not for a latency from the send", lags, {"service_p50>20ms"}, ExitCode::no_verdict},
    {"nor with another expression that lag may have broken",
     lags,
     {"p50>20ms", "rps<200"},
     ExitCode::no_verdict},
    {"nor when the books do not balance",
     [](RunResult& run) { break_check(run, "littles_law"); },
     {"p50>20ms"},
     ExitCode::no_verdict},
    {"a lost target comes before all",
     [](RunResult& run) { run.target_lost = true, fails(run), lags(run); },
     {"p50>5ms"},
     ExitCode::unreachable},
    {"without samples nothing is true",
     [](RunResult& run) { run = {}, break_check(run, "requests"); },
     {"p99>1s"},
     ExitCode::no_verdict},
};

TEST(Verdict, FollowsThePrecedenceOfTheExitCodes) {
    for (const Case& test : kCases) {
        RunResult run = good_run();
        test.spoil(run);
        std::vector<Expression> fail_if;
        for (const std::string& text : test.fail_if) fail_if.push_back(*parse_expression(text));
        EXPECT_EQ(judge(run, fail_if).code, test.code) << test.name;
    }
}

TEST(Verdict, SaysWhy) {
    RunResult run = good_run();
    lags(run);
    fails(run);
    EXPECT_THAT(judge(run, {}).sentences,
                ::testing::ElementsAre("1 of 1001 requests failed", "INVALID: send_lag_p99"));
    run = good_run();
    EXPECT_THAT(judge(run, {*parse_expression("p50>5ms")}).sentences,
                ::testing::ElementsAre("--fail-if 'p50>5ms' is true: p50 of 10.0 ms"));
}

TEST(Thresholds, SayOfEachExpressionWhatTheRunSaid) {
    const RunResult run = good_run();
    const auto thresholds =
        thresholds_of(run, {*parse_expression("p99>50ms"), *parse_expression("rps<500")});
    ASSERT_EQ(thresholds.size(), 2);
    EXPECT_EQ(thresholds[0].expression, "p99>50ms");
    EXPECT_EQ(thresholds[0].value, 10);
    EXPECT_EQ(thresholds[0].unit, "ms");
    EXPECT_TRUE(thresholds[0].passed);
    EXPECT_EQ(thresholds[1].value, 100);
    EXPECT_FALSE(thresholds[1].passed);
}

TEST(Thresholds, WithoutExpressionsNoRequestMayFail) {
    RunResult run = good_run();
    EXPECT_TRUE(thresholds_of(run, {})[0].passed);
    fails(run);
    const auto thresholds = thresholds_of(run, {});
    EXPECT_EQ(thresholds[0].expression, "failures>0");
    EXPECT_FALSE(thresholds[0].passed);
}

}  // namespace
}  // namespace mettle::results
