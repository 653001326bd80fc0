#include "mettle/results/run_result.hpp"

#include "mettle/results/hdr_log.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace mettle::results {
namespace {

RunResult example() {
    RunResult run;
    run.started = "2026-11-24T12:00:00Z";
    run.duration_s = 2;
    run.rps = 50;
    run.load.kind = "open";
    run.load.rate_rps = 50;
    run.totals.requests = 100;
    run.totals.failures = 1;
    for (TaskResult* task : {&run.totals, &run.tasks.emplace_back()}) {
        task->name = "digits";
        task->times.latency.record(1'500, 99);
        task->times.failed.record(2'000);
        task->times.phases[static_cast<std::size_t>(Phase::infer)].record(12'345, 99);
    }
    run.failures.push_back({"digits", "POST", "status", "503 \xff", 1});
    run.validity.send_lag_us.record(6, 100);
    return run;
}

TEST(RunResult, HasTheFieldsOfRun1) {
    const auto json = nlohmann::json::parse(to_json(example()));
    EXPECT_EQ(json["schema"], "mettle.run/1");
    EXPECT_EQ(json["load"]["users"], nullptr);
    EXPECT_EQ(json["load"]["rate_rps"], 50);
    EXPECT_EQ(json["validity"]["verdict"], "VALID");
    EXPECT_EQ(json["validity"]["send_lag_us"]["p99"], 6);
    EXPECT_EQ(json["latency_ms"]["count"], 99);
    EXPECT_EQ(json["latency_ms"]["p99"], 1.5);
    EXPECT_EQ(json["failed_latency_ms"]["max"], 2.0);
    EXPECT_EQ(json["tasks"][0]["phases_ms"]["infer"]["p50"], 1.2345);
    EXPECT_FALSE(json["tasks"][0]["phases_ms"].contains("queue"));
    EXPECT_EQ(json["failures"][0]["kind"], "status");
    EXPECT_EQ(json["histograms"]["tasks"]["digits"]["latency_us"],
              json["histograms"]["latency_us"]);
}

TEST(HdrLog, BeginsAsHdrHistogramsOwn) {
    Histogram histogram;
    histogram.record(1'500, 99);
    EXPECT_TRUE(encode_hdr(histogram).starts_with("HISTFAAA"));
    EXPECT_TRUE(encode_hdr({}).starts_with("HISTFAAA"));
}

TEST(HdrLog, WritesALineForEachHistogramThatHasValues) {
    const std::string log = to_hdr_log(example());
    EXPECT_NE(log.find("#[Histogram log format version 1.3]\n"), std::string::npos);
    EXPECT_NE(log.find("\nTag=latency_us,0.000,2.000,1500.000,HISTFAAA"), std::string::npos);
    EXPECT_NE(log.find("\nTag=digits:failed_us,"), std::string::npos);
    EXPECT_EQ(log.find("service_us"), std::string::npos);
}

TEST(RunResult, HasThePercentilesThatWereAskedFor) {
    RunResult run = example();
    run.percentiles = {0.5, 0.75, 0.05, 0.9995, 1};
    const auto json = nlohmann::json::parse(to_json(run));
    for (const char* name : {"p50", "p75", "p05", "p9995", "p99"})
        EXPECT_EQ(json["latency_ms"][name], 1.5) << name;
    EXPECT_EQ(json["tasks"][0]["latency_ms"]["p75"], 1.5);
}

TEST(RunResult, ShowsThresholdsAndTheSlowest) {
    RunResult run = example();
    run.thresholds.push_back({"p99>5ms", 1.5, "ms", "p99 of 1.50 ms", true});
    run.slowest.emplace_back().task = "digits";
    const auto json = nlohmann::json::parse(to_json(run));
    EXPECT_EQ(json["thresholds"][0]["passed"], true);
    EXPECT_EQ(json["thresholds"][0]["value"], 1.5);
    EXPECT_EQ(json["slowest"][0]["task"], "digits");
}

}  // namespace
}  // namespace mettle::results
