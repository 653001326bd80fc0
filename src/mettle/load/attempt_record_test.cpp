#include "mettle/load/attempt_record.hpp"

#include "mettle/load/names.hpp"
#include "mettle/load/random.hpp"
#include "mettle/load/recorder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace mettle::load {
namespace {

using results::Phase;

Attempt attempt_of(std::int64_t due_ns, std::int64_t latency_ns) {
    Attempt attempt;
    attempt.due_ns = due_ns;
    attempt.sent_ns = due_ns + 1'000;
    attempt.send_end_ns = due_ns + 2'000;
    attempt.first_byte_ns = due_ns + latency_ns - 3'000;
    attempt.done_ns = due_ns + latency_ns;
    attempt.status = 200;
    attempt.outcome = Outcome::ok;
    return attempt;
}

std::vector<std::int64_t> latencies(const std::vector<AttemptRecord>& records) {
    std::vector<std::int64_t> values;
    for (const AttemptRecord& record : records) values.push_back(record.latency_ns());
    return values;
}

TEST(Slowest, AreThoseOfAllThatWereShown) {
    Slowest slowest(10);
    Random random(5);
    std::vector<std::int64_t> all;
    for (int count = 0; count < 10'000; ++count) {
        all.push_back(static_cast<std::int64_t>(random.uniform() * 1e9));
        slowest.show(attempt_of(1, all.back()));
    }
    std::ranges::sort(all, std::greater{});
    all.resize(10);
    EXPECT_EQ(latencies(slowest.sorted()), all);
}

TEST(Slowest, OfNoneIsNone) {
    Slowest slowest(0);
    slowest.show(attempt_of(1, 5'000));
    EXPECT_TRUE(slowest.sorted().empty());
}

TEST(AttemptRecord, InWordsHasNamesMomentsAndPhases) {
    Names names;
    names.add_task({"digits", "POST", false});
    Attempt attempt = attempt_of(5'000'000'000, 4'000'000);
    attempt.payload = 3;
    attempt.server.infer = 12'345;
    attempt.bytes_received = 99;
    const auto words = in_words(record_of(attempt), names, 4'000'000'000);
    EXPECT_EQ(words.task, "digits");
    EXPECT_EQ(words.method, "POST");
    EXPECT_EQ(words.payload, 3);
    EXPECT_EQ(words.due_ns, 1'000'000'000);
    EXPECT_EQ(words.done_ns, 1'004'000'000);
    EXPECT_EQ(words.outcome, "ok");
    const auto phase = [&](Phase which) {
        return words.phases_ns[static_cast<std::size_t>(which)];
    };
    EXPECT_EQ(phase(Phase::send_lag), 1'000);
    EXPECT_EQ(phase(Phase::infer), 1'234'500);
    EXPECT_EQ(phase(Phase::receive), 3'000);
    EXPECT_EQ(phase(Phase::queue), -1);
    EXPECT_EQ(phase(Phase::network), 4'000'000 - 2'000 - 3'000 - 1'234'500);
}

TEST(AttemptRecord, OfARequestThatWasNeverSentHasNoPhases) {
    Names names;
    names.add_task({"x", "GET", false});
    Attempt attempt;
    attempt.due_ns = 10;
    attempt.done_ns = 20;
    attempt.outcome = Outcome::connect;
    attempt.detail = "refused";
    const auto words = in_words(record_of(attempt), names, 0);
    EXPECT_EQ(words.sent_ns, -1);
    EXPECT_EQ(words.outcome, "connect");
    EXPECT_EQ(words.detail, "refused");
    EXPECT_EQ(std::ranges::count(words.phases_ns, -1), results::kPhaseCount);
}

Recorder::Span logging(double share) {
    Recorder::Span span;
    span.log_share = share;
    span.seed = 11;
    return span;
}

TEST(Recorder, LogsEveryRequestOrTheShareThatIsAskedFor) {
    Recorder every(1, logging(1)), none(1, logging(0)), some(1, logging(0.01));
    for (int count = 0; count < 100'000; ++count) {
        const Attempt attempt = attempt_of(count, 5'000);
        for (Recorder* recorder : {&every, &none, &some}) recorder->record(attempt);
    }
    EXPECT_EQ(every.report().logged.size(), 100'000);
    EXPECT_EQ(none.report().logged.size(), 0);
    EXPECT_NEAR(static_cast<double>(some.report().logged.size()), 1'000, 4 * 31.6);
}

TEST(Recorder, CountsWhatALogHasNoRoomFor) {
    Recorder recorder(1, logging(1));
    for (std::size_t count = 0; count < Report::kMostLogged + 5; ++count)
        recorder.record(attempt_of(1, 5'000));
    EXPECT_EQ(recorder.report().logged.size(), Report::kMostLogged);
    EXPECT_EQ(recorder.report().log_dropped, 5);
}

}  // namespace
}  // namespace mettle::load
