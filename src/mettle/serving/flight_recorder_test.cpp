#include "mettle/serving/flight_recorder.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

struct Call final : InferenceCall {
    void on_result(Result<void>) override {}
};

struct FlightRecorderTest : ::testing::Test {
    // A request that began at `at` and took `took`, in a run of `batch_rows` rows.
    void answer(const std::string& id, Duration took, TimePoint at, std::uint64_t run = 0,
                std::int64_t batch_rows = 1) {
        Call call;
        call.received = call.parsed = call.chosen = call.started = at;
        call.finished = at + took;
        call.run_id = run;
        call.batch_rows = batch_rows;
        recorder.note(call, id, "m", "1", "/v2", 200, at + took);
    }
    std::vector<std::string> ids(TimePoint now) const {
        std::vector<std::string> list;
        for (const FlightRecord& record : recorder.slowest(now)) list.push_back(record.request_id);
        return list;
    }
    FlightRecorder recorder{3, 1min};
    TimePoint start{1h};
};

TEST_F(FlightRecorderTest, KeepsTheSlowestAndTheSlowestFirst) {
    int number = 0;
    for (const auto took : {5ms, 1ms, 9ms, 7ms, 2ms, 8ms})
        answer("r" + std::to_string(number++), took, start);
    EXPECT_THAT(ids(start + 1s), ElementsAre("r2", "r5", "r3"));
}

TEST_F(FlightRecorderTest, WhatIsOlderThanTheWindowGivesWayToFasterOnes) {
    for (const auto* id : {"a", "b", "c"}) answer(id, 100ms, start);
    answer("fast", 1ms, start + 2min);
    answer("faster", 500us, start + 2min);
    EXPECT_THAT(ids(start + 2min), ElementsAre("fast", "faster"));
    EXPECT_THAT(ids(start + 10min), ElementsAre());
}

TEST_F(FlightRecorderTest, ASlowOneKnowsThoseThatSharedItsRun) {
    answer("before", 2ms, start, 7, 3);
    answer("slow", 90ms, start, 7, 3);
    answer("behind", 2ms, start, 7, 3);
    answer("elsewhere", 2ms, start, 8, 3);
    EXPECT_THAT(recorder.slowest(start + 1s).front().batch_mates,
                UnorderedElementsAre("before", "behind"));
}

}  // namespace
}  // namespace mettle
