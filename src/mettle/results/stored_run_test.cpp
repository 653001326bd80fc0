#include "mettle/results/stored_run.hpp"

#include "mettle/results/run_result.hpp"

#include <gmock/gmock.h>

namespace mettle::results {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RunResult finished_run() {
    RunResult run;
    run.duration_s = 2;
    run.load.kind = "closed";
    run.load.users = 4;
    run.host.fingerprint = "abc";
    run.totals.requests = 100;
    run.totals.failures = 20;
    for (int turn = 0; turn < 80; ++turn) run.totals.times.latency.record(5000);
    run.series.emplace_back();
    run.series[0].target_rss_bytes = 1000;
    return run;
}

TEST(StoredRun, ReadsWhatALoadWrote) {
    const auto run = read_stored_run(to_json(finished_run()));
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_NEAR(run->metrics.at("p50"), 5, 0.01);
    EXPECT_DOUBLE_EQ(run->metrics.at("throughput"), 40);
    EXPECT_DOUBLE_EQ(run->metrics.at("error_rate"), 0.2);
    EXPECT_DOUBLE_EQ(run->metrics.at("memory"), 1000);
    EXPECT_EQ(run->doubt, "");
}

TEST(StoredRun, ReadsWhatProveWrote) {
    const auto run = read_stored_run(R"({"schema":"mettle.prove/1","verdict":"READY",
        "capacity":{"rps_pass":900},"stages":[
        {"name":"cold_start","verdict":"pass","evidence":{"median_ms":{"first_right":31}}},
        {"name":"steady","verdict":"skipped","evidence":{"latency_ms":{"p50":1}}}]})");
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_EQ(run->metrics, (std::map<std::string, double>{{"capacity", 900}, {"cold_start", 31}}));
}

TEST(StoredRun, SaysInWhatTwoDiffer) {
    const auto one = read_stored_run(to_json(finished_run()));
    RunResult changed = finished_run();
    changed.load.users = 8;
    changed.validity.valid = false;
    changed.validity.reasons = {"the generator was late"};
    const auto other = read_stored_run(to_json(changed));
    EXPECT_THAT(differences(*one, *other),
                ElementsAre("load.users is 4 in one and 8 in the other"));
    EXPECT_EQ(other->doubt, "the generator was late");
}

TEST(StoredRun, SaysWhatIsWrong) {
    const auto error = [](std::string_view text) { return read_stored_run(text).error().message; };
    EXPECT_THAT(error(R"({"schema":"mettle.run/1")"), HasSubstr("no JSON"));
    EXPECT_THAT(error("[]"), HasSubstr("no \"schema\""));
    EXPECT_THAT(error(R"({"schema":"mettle.run/9"})"), HasSubstr("'mettle.run/9'"));
    EXPECT_THAT(error(R"({"schema":"mettle.run/1"})"), HasSubstr("no measurement"));
}

}  // namespace
}  // namespace mettle::results
