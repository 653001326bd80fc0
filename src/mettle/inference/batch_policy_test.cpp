#include "mettle/inference/batch_policy.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using namespace std::chrono_literals;

const TimeModel kTime{80us, 20us};
constexpr TimePoint kNow{1s};

struct Row {
    const char* name;
    BatchKnobs knobs;
    std::vector<std::int64_t> rows;
    Duration waited = 0us;
    Duration left = Duration::max();  // Until the deadline.
    std::variant<RunFirst, WaitUntil> expected;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.name;
}

struct Next : ::testing::TestWithParam<Row> {};

TEST_P(Next, IsWhatTheTableSays) {
    const Row& row = GetParam();
    const BatchPolicy policy(row.knobs, 8);
    const BatchState state{
        .rows = row.rows,
        .oldest = kNow - row.waited,
        .deadline = row.left == Duration::max() ? TimePoint::max() : kNow + row.left};
    EXPECT_EQ(policy.next(state, kTime, kNow), row.expected);
}

const BatchKnobs kPlain{};
const BatchKnobs kPrefers{.preferred_rows = {2, 4}};
const BatchKnobs kDelays{.max_queue_delay = 5ms};
const BatchKnobs kBoth{.preferred_rows = {4, 6}, .max_queue_delay = 5ms};

INSTANTIATE_TEST_SUITE_P(
    BatchPolicy, Next,
    ::testing::Values(
        Row{.name = "one call runs at once", .knobs = kPlain, .rows = {1}, .expected = RunFirst{1}},
        Row{.name = "all that fit", .knobs = kPlain, .rows = {3, 3, 2, 1}, .expected = RunFirst{3}},
        Row{.name = "not past one that does not fit",
            .knobs = kPlain,
            .rows = {5, 5, 1},
            .expected = RunFirst{1}},
        Row{.name = "larger than the limit by itself",
            .knobs = kPlain,
            .rows = {20, 1},
            .expected = RunFirst{1}},
        Row{.name = "rows that its deadline leaves",
            .knobs = kPlain,
            .rows = {1, 1, 1, 1},
            .left = 125us,
            .expected = RunFirst{2}},
        Row{.name = "too late: at least the first",
            .knobs = kPlain,
            .rows = {1, 1},
            .left = 10us,
            .expected = RunFirst{1}},
        Row{.name = "the largest preferred size",
            .knobs = kPrefers,
            .rows = {1, 1, 1, 1, 1},
            .expected = RunFirst{4}},
        Row{.name = "no preferred size can be made",
            .knobs = kPrefers,
            .rows = {3},
            .expected = RunFirst{1}},
        Row{.name = "a preferred size by several rows",
            .knobs = kPrefers,
            .rows = {1, 3, 3},
            .expected = RunFirst{2}},
        Row{.name = "waits for the limit",
            .knobs = kDelays,
            .rows = {1, 1},
            .waited = 1ms,
            .expected = WaitUntil{kNow + 4ms}},
        Row{.name = "the limit is reached",
            .knobs = kDelays,
            .rows = {4, 4},
            .expected = RunFirst{2}},
        Row{.name = "the next does not fit",
            .knobs = kDelays,
            .rows = {4, 3, 3},
            .expected = RunFirst{2}},
        Row{.name = "the delay is over",
            .knobs = kDelays,
            .rows = {1, 1},
            .waited = 5ms,
            .expected = RunFirst{2}},
        Row{.name = "the delay is over: all, not the preferred",
            .knobs = kBoth,
            .rows = {1, 1, 1, 1, 1},
            .waited = 6ms,
            .expected = RunFirst{5}},
        Row{.name = "a preferred size does not wait",
            .knobs = kBoth,
            .rows = {1, 1, 1, 1, 1},
            .expected = RunFirst{4}},
        Row{.name = "beyond all preferred sizes",
            .knobs = kBoth,
            .rows = {5, 2},
            .expected = RunFirst{2}},
        Row{.name = "waits no longer than the deadline",
            .knobs = kDelays,
            .rows = {1},
            .left = 1ms,
            .expected = WaitUntil{kNow + 900us}},
        Row{.name = "the deadline is near",
            .knobs = kDelays,
            .rows = {1},
            .left = 90us,
            .expected = RunFirst{1}}));

TEST(BatchPolicy, NobodyWaitsForWhatCannotCome) {
    const std::vector<std::int64_t> rows = {1};
    EXPECT_EQ(
        BatchPolicy(kDelays, 8).next({.rows = rows, .oldest = kNow, .no_more = true}, kTime, kNow),
        (std::variant<RunFirst, WaitUntil>(RunFirst{1})));
}

}  // namespace
}  // namespace mettle
