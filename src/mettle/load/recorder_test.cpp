#include "mettle/load/recorder.hpp"

#include <gtest/gtest.h>

namespace mettle::load {
namespace {

using results::Phase;

// Due at 1 ms, sent 0.2 ms late after 0.1 ms of connecting, answered 2 ms after the send.
Attempt answered() {
    Attempt attempt;
    attempt.due_ns = 1'000'000;
    attempt.connect_ns = 100'000;
    attempt.sent_ns = 1'300'000;
    attempt.send_end_ns = 1'350'000;
    attempt.first_byte_ns = 3'300'000;
    attempt.done_ns = 3'400'000;
    attempt.outcome = Outcome::ok;
    attempt.status = 200;
    attempt.server.queue = 5'000;   // 0.5 ms
    attempt.server.infer = 10'000;  // 1 ms
    attempt.bytes_sent = 10;
    attempt.bytes_received = 20;
    return attempt;
}

std::int64_t phase_us(const Recorder& recorder, Phase phase) {
    auto& report = const_cast<Recorder&>(recorder).report();
    return report.tasks[0].times.phases[static_cast<std::size_t>(phase)].max() / 10;
}

TEST(Recorder, TakesLatencyFromDueAndServiceFromTheSend) {
    Recorder recorder(1, {});
    recorder.record(answered());
    const TaskDelta& task = recorder.report().tasks[0];
    EXPECT_EQ(task.times.latency.max(), 2400);
    EXPECT_EQ(task.times.service.max(), 2100);
    EXPECT_EQ(task.requests, 1);
    EXPECT_EQ(recorder.report().send_lag_us.max(), 200);  // Without the connecting.
    EXPECT_EQ(recorder.report().last_answer_ns, 3'400'000);
}

TEST(Recorder, TheNetworkIsWhatTheServerDoesNotExplain) {
    Recorder recorder(1, {});
    recorder.record(answered());
    EXPECT_EQ(phase_us(recorder, Phase::send_lag), 200);
    EXPECT_EQ(phase_us(recorder, Phase::connect), 100);
    EXPECT_EQ(phase_us(recorder, Phase::send), 50);
    EXPECT_EQ(phase_us(recorder, Phase::queue), 500);
    EXPECT_EQ(phase_us(recorder, Phase::infer), 1000);
    EXPECT_EQ(phase_us(recorder, Phase::network), 2000 - 50 - 1500);
    EXPECT_EQ(phase_us(recorder, Phase::receive), 100);
    EXPECT_EQ(
        recorder.report().tasks[0].times.phases[static_cast<std::size_t>(Phase::parse)].count(), 0);
}

TEST(Recorder, FailuresHaveTimesOfTheirOwnAndAreCountedByKind) {
    Recorder recorder(1, {});
    constexpr std::string_view kDetail = "503 Service Unavailable";
    for (int count = 0; count < 3; ++count) {
        Attempt attempt = answered();
        attempt.outcome = Outcome::status;
        attempt.status = 503;
        attempt.detail = kDetail;
        recorder.record(attempt);
    }
    const Report& report = recorder.report();
    EXPECT_EQ(report.tasks[0].failures, 3);
    EXPECT_EQ(report.tasks[0].times.latency.count(), 0);
    EXPECT_EQ(report.tasks[0].times.failed.count(), 3);
    ASSERT_EQ(report.failures.size(), 1);
    EXPECT_EQ(report.failures[0].count, 3);
}

TEST(Recorder, DoesNotCountTheWarmUp) {
    Recorder recorder(1, {.counted_from_ns = 2'000'000});
    recorder.record(answered());
    EXPECT_EQ(recorder.report().tasks[0].requests, 0);
    EXPECT_EQ(recorder.report().due, 0);
}

TEST(Recorder, KeepsTheSequenceWhenAsked) {
    Recorder recorder(1, {.record_sequence = true});
    recorder.record(answered());
    const auto& sequence = recorder.report().sequence;
    ASSERT_EQ(sequence.size(), 1);
    EXPECT_EQ(sequence[0], (results::Sample{1000, 2400, false}));
}

TEST(Report, MergesDeltasAndKeepsStates) {
    Recorder recorder(1, {});
    recorder.record(answered());
    Report sum;
    recorder.report().users = 5;
    sum.merge(recorder.report());
    recorder.report().users = 7;
    sum.merge(recorder.report());
    EXPECT_EQ(sum.tasks[0].requests, 2);
    EXPECT_EQ(sum.bytes_sent, 20);
    EXPECT_EQ(sum.users, 7);
    sum.clear();
    EXPECT_EQ(sum.tasks[0].requests, 0);
    EXPECT_EQ(sum.tasks[0].times.latency.count(), 0);
}

}  // namespace
}  // namespace mettle::load
