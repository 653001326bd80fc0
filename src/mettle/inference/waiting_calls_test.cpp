#include "mettle/inference/waiting_calls.hpp"

#include <gmock/gmock.h>

#include <deque>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using Order = WaitingCalls::Order;
using Verdict = WaitingCalls::Verdict;

struct Call final : InferenceCall {
    void on_result(Result<void>) override {}
    int name = 0;
};

struct WaitingCallsTest : ::testing::Test {
    Call& push(int name, std::uint64_t client = 0, std::uint64_t level = 0) {
        Call& call = calls.emplace_back();
        call.name = name;
        call.client = client;
        call.place.level = level;
        call.place.queued = TimePoint(std::chrono::milliseconds(name));
        waiting.push(call);
        return call;
    }
    std::vector<int> chosen(std::size_t most, Order order = Order::oldest_first) {
        std::vector<InferenceCall*> found;
        waiting.choose(
            order,
            [&](InferenceCall&) { return found.size() < most ? Verdict::take : Verdict::stop; },
            found);
        return names(found);
    }
    static std::vector<int> names(const std::vector<InferenceCall*>& found) {
        std::vector<int> list;
        for (const InferenceCall* call : found)
            list.push_back(static_cast<const Call*>(call)->name);
        return list;
    }
    std::deque<Call> calls;
    WaitingCalls waiting;
};

TEST_F(WaitingCallsTest, GoAsTheyCame) {
    for (int name : {1, 2, 3}) push(name);
    EXPECT_THAT(chosen(9), ElementsAre(1, 2, 3));
    EXPECT_THAT(chosen(2, Order::newest_first), ElementsAre(3, 2));
}

TEST_F(WaitingCallsTest, ClientsTakeTurnsWhoeverAsksMost) {
    for (int name : {11, 12, 13, 14}) push(name, 1);
    push(21, 2);
    push(31, 3);
    push(32, 3);
    EXPECT_THAT(chosen(9), ElementsAre(11, 21, 31, 12, 32, 13, 14));
}

TEST_F(WaitingCallsTest, WhoHasHadHisTurnComesAfterTheOthers) {
    Call& first = push(11, 1);
    push(12, 1);
    push(21, 2);
    waiting.take(first);
    EXPECT_THAT(chosen(9), ElementsAre(21, 12));
}

TEST_F(WaitingCallsTest, WhoLeavesKeepsHisTurn) {
    Call& first = push(11, 1);
    push(12, 1);
    push(21, 2);
    waiting.remove(first);
    EXPECT_THAT(chosen(9), ElementsAre(12, 21));
}

TEST_F(WaitingCallsTest, LevelsGoBeforeClients) {
    push(21, 1, 2);
    push(11, 1, 1);
    push(12, 2, 1);
    EXPECT_THAT(chosen(9), ElementsAre(11, 12, 21));
    EXPECT_EQ(waiting.calls_of(1), 2u);
    EXPECT_EQ(waiting.calls_of(1, 2), 1u);
    EXPECT_EQ(waiting.clients_of(1), 2u);
}

TEST_F(WaitingCallsTest, WhatIsPassedOverKeepsItsPlace) {
    for (int name : {1, 2, 3, 4}) push(name);
    std::vector<InferenceCall*> even;
    waiting.choose(
        Order::oldest_first,
        [](InferenceCall& call) {
            return static_cast<Call&>(call).name % 2 == 0 ? Verdict::take : Verdict::pass_over;
        },
        even);
    EXPECT_THAT(names(even), ElementsAre(2, 4));
    for (InferenceCall* call : even) waiting.take(*call);
    EXPECT_THAT(chosen(9), ElementsAre(1, 3));
}

TEST_F(WaitingCallsTest, CountsCallsRowsAndTheOldest) {
    push(5, 1);
    Call& large = push(3, 2);
    EXPECT_EQ(waiting.calls(), 2u);
    EXPECT_EQ(waiting.rows(), 2);
    EXPECT_EQ(waiting.oldest(), TimePoint(std::chrono::milliseconds(3)));
    waiting.remove(large);
    EXPECT_EQ(waiting.oldest(), TimePoint(std::chrono::milliseconds(5)));
    waiting.remove(calls.front());
    EXPECT_TRUE(waiting.empty());
    EXPECT_EQ(waiting.rows(), 0);
}

}  // namespace
}  // namespace mettle
