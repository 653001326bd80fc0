#include "mettle/results/expression.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mettle::results {
namespace {

Expression parsed(std::string_view text) {
    const auto expression = parse_expression(text);
    EXPECT_TRUE(expression) << (expression ? "" : expression.error().message);
    return expression.value_or(Expression{});
}

TEST(Expression, ReadsEachMetricInItsUnit) {
    EXPECT_EQ(parsed("p99<20ms"), (Expression{"", "p99", Op::less, Unit::ms, 20}));
    EXPECT_EQ(parsed(" service_p50 >= 250us "),
              (Expression{"", "service_p50", Op::at_least, Unit::ms, 0.25}));
    EXPECT_EQ(parsed("error_rate<0.1%"),
              (Expression{"", "error_rate", Op::less, Unit::share, 0.001}));
    EXPECT_EQ(parsed("error_rate > 5"),
              (Expression{"", "error_rate", Op::greater, Unit::count, 5}));
    EXPECT_EQ(parsed("wrong_answers > 0"),
              (Expression{"", "wrong_answers", Op::greater, Unit::count, 0}));
    EXPECT_EQ(parsed("rps <= 2k"), (Expression{"", "rps", Op::at_most, Unit::rps, 2000}));
    EXPECT_EQ(parsed("target_cpu > 150%"),
              (Expression{"", "target_cpu", Op::greater, Unit::cores, 1.5}));
    EXPECT_EQ(parsed("target_rss > 1GiB"),
              (Expression{"", "target_rss", Op::greater, Unit::bytes, 1073741824}));
    EXPECT_EQ(parsed("p99.9 > 1s"), (Expression{"", "p999", Op::greater, Unit::ms, 1000}));
}

TEST(Expression, TakesATaskInFrontOfTheLastColon) {
    EXPECT_EQ(parsed("POST /predict: p95 > 1s"),
              (Expression{"POST /predict", "p95", Op::greater, Unit::ms, 1000}));
    EXPECT_EQ(parsed("a:b<c:rps<5").task, "a:b<c");
}

TEST(Expression, SaysWhatIsWrong) {
    const auto message = [](std::string_view text) {
        const auto expression = parse_expression(text);
        return expression ? std::string("accepted") : expression.error().message;
    };
    EXPECT_EQ(message("p99"),
              "'p99' has none of < <= > >=: write [TASK:]METRIC OP VALUE, as in p99>50ms or "
              "error_rate>1%");
    EXPECT_EQ(message("p99 > 50"), "'p99 > 50': '50' has no unit: write 50ms, 50us or 50s");
    EXPECT_EQ(message("error_rate > 0.01"),
              "'error_rate > 0.01': '0.01' is neither a count nor a percentage: write 1%");
    EXPECT_NE(message("p100 > 5ms").find("no metric 'p100'"), std::string::npos);
    EXPECT_NE(message("latency > 5ms").find("there are min, mean, p50"), std::string::npos);
    EXPECT_NE(message(":p99 > 5ms").find("no task"), std::string::npos);
    EXPECT_NE(message("rps < fast").find("not a rate"), std::string::npos);
    EXPECT_NE(message("failures > -1").find("not a count"), std::string::npos);
    EXPECT_NE(message("").find("has none of"), std::string::npos);
}

TEST(Expression, ReadsBackWhatItWrites) {
    for (const std::string_view text :
         {"p99<20ms", "a b:service_p999>=1500us", "error_rate<0.1%", "rps>=0.5", "failures<=7",
          "mean>1s", "max<1ns", "target_rss>1048576"}) {
        EXPECT_EQ(parsed(text).to_string(), text);
    }
}

TEST(Expression, LastsForASpell) {
    const auto lasting = parse_lasting_expression("error_rate > 5% for 10s");
    ASSERT_TRUE(lasting);
    EXPECT_EQ(lasting->length, std::chrono::seconds(10));
    EXPECT_EQ(lasting->expression.metric, "error_rate");
    EXPECT_EQ(parse_lasting_expression("rps<5")->length, Duration::zero());
    EXPECT_FALSE(parse_lasting_expression("rps<5 for ever"));
}

// 98 answers within 10 ms and two failures.
RunResult run_with_failures() {
    RunResult run;
    run.duration_s = 2;
    run.totals.requests = 100;
    run.totals.failures = 2;
    run.totals.times.latency.record(10'000, 98);
    run.totals.times.service.record(1'000, 98);
    run.totals.times.failed.record(10, 2);
    run.failures = {{"t", "POST", "wrong_answer", "", 1}, {"t", "POST", "status", "", 1}};
    return run;
}

TEST(Expression, CountsAFailedRequestAsInfinitelySlow) {
    const RunResult run = run_with_failures();
    EXPECT_NEAR(*evaluate(parsed("p95<1s"), run).value, 10, 0.01);
    EXPECT_TRUE(evaluate(parsed("p95<1s"), run).is_true);
    EXPECT_TRUE(std::isinf(*evaluate(parsed("p99<1s"), run).value));
    EXPECT_FALSE(evaluate(parsed("p99<1s"), run).is_true);
    EXPECT_TRUE(evaluate(parsed("max>1s"), run).is_true);
}

TEST(Expression, EvaluatesCountsAndRates) {
    const RunResult run = run_with_failures();
    EXPECT_EQ(evaluate(parsed("rps>1"), run).value, 50);
    EXPECT_EQ(evaluate(parsed("goodput>1"), run).value, 49);
    EXPECT_EQ(evaluate(parsed("error_rate>1%"), run).value, 0.02);
    EXPECT_EQ(evaluate(parsed("error_rate>1"), run).value, 2);
    EXPECT_EQ(evaluate(parsed("wrong_answers>0"), run).value, 1);
}

TEST(Expression, HasNoValueWithoutASample) {
    const Evaluation evaluation = evaluate(parsed("p99<1s"), RunResult{});
    EXPECT_FALSE(evaluation.value);
    EXPECT_FALSE(evaluation.is_true);
    EXPECT_FALSE(evaluate(parsed("nobody:p99<1s"), run_with_failures()).value);
    EXPECT_FALSE(evaluate(parsed("target_cpu<1"), run_with_failures()).value);
}

TEST(Expression, SaysWhetherTheGeneratorMayBeToBlame) {
    const RunResult run = run_with_failures();
    EXPECT_TRUE(evaluate(parsed("p50>5ms"), run).lag_may_explain);     // 1 ms from the send.
    EXPECT_FALSE(evaluate(parsed("p50>500us"), run).lag_may_explain);  // Slow from the send too.
    EXPECT_FALSE(evaluate(parsed("error_rate>1%"), run).lag_may_explain);
    EXPECT_TRUE(evaluate(parsed("rps<100"), run).lag_may_explain);
}

RunResult with_own_metrics() {
    RunResult run;
    run.duration_s = 10;
    MetricResult& ttft = run.metrics.emplace_back();
    ttft.name = "ttft_ms";
    ttft.unit = "ms";
    for (int value = 1; value <= 100; ++value) ttft.add(value);
    MetricResult& hits = run.metrics.emplace_back();
    hits.name = "cache-hits";
    hits.kind = MetricKind::rate;
    for (int value = 0; value < 10; ++value) hits.add(value < 7);
    MetricResult& sold = run.metrics.emplace_back();
    sold.name = "sold";
    sold.kind = MetricKind::counter;
    sold.add(30);
    sold.add(20);
    return run;
}

double own_value(std::string_view text) {
    const auto expression = parse_expression(text, OwnMetrics::taken);
    EXPECT_TRUE(expression) << text;
    return evaluate(*expression, with_own_metrics()).value.value_or(-1);
}

TEST(Expression, AsksForOwnMetrics) {
    EXPECT_NEAR(own_value("ttft_p50 > 1ms"), 50, 0.1);
    EXPECT_NEAR(own_value("ttft_ms_p99 > 1s"), 99, 0.1);
    EXPECT_NEAR(own_value("ttft_mean > 0.5"), 50.5, 0.1);
    EXPECT_EQ(own_value("ttft_count < 5"), 100);
    EXPECT_NEAR(own_value("cache-hits < 90%"), 0.7, 1e-9);
    EXPECT_EQ(own_value("sold < 40"), 50);
    EXPECT_EQ(own_value("sold_per_s < 4"), 5);
    EXPECT_EQ(own_value("ttft > 5"), -1);  // Which of them?
    EXPECT_EQ(own_value("sould > 5"), -1);
}

TEST(Expression, OwnMetricsAreRefusedWhereThereAreNone) {
    EXPECT_FALSE(parse_expression("ttft_p50 > 1ms"));
    EXPECT_FALSE(parse_expression("task:ttft_p50 > 1ms", OwnMetrics::taken));
    EXPECT_FALSE(parse_expression("9x > 1", OwnMetrics::taken));
    const auto own = *parse_expression("ttft_p50>20ms", OwnMetrics::taken);
    EXPECT_EQ(own.to_string(), "ttft_p50>20ms");
    EXPECT_TRUE(is_own_metric(own));
    EXPECT_TRUE(is_about(own, "ttft_ms", "ms"));
    EXPECT_FALSE(is_about(own, "ttfb_ms", "ms"));
    EXPECT_FALSE(is_own_metric(parsed("p50>20ms")));
}

}  // namespace
}  // namespace mettle::results
