#include "mettle/inference/answer_order.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <thread>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Call final : InferenceCall {
    void on_result(Result<void>) override {}
};

struct AnswerOrderTest : ::testing::Test {
    AnswerOrderTest() {
        for (Call& call : calls) order.enter(call);
    }
    void done(std::size_t index) {
        order.done(calls[index], [this](InferenceCall& call) { note(call); });
    }
    void note(InferenceCall& call) { answered.push_back(index_of(call)); }
    std::ptrdiff_t index_of(InferenceCall& call) { return static_cast<Call*>(&call) - &calls[0]; }

    AnswerOrder order;
    std::array<Call, 4> calls;
    std::vector<std::ptrdiff_t> answered;
};

TEST_F(AnswerOrderTest, WhoRanFirstWaitsForThoseBeforeIt) {
    done(2);
    done(1);
    EXPECT_THAT(answered, IsEmpty());
    done(0);
    EXPECT_THAT(answered, ElementsAre(0, 1, 2));
    done(3);
    EXPECT_THAT(answered, ElementsAre(0, 1, 2, 3));
}

// A connection that has been answered reads its next request at once, on the same stack: it may be
// refused, and come here again.
TEST_F(AnswerOrderTest, AnAnswerMayBringTheNextCall) {
    Call next;
    order.done(calls[0], [&](InferenceCall& call) {
        note(call);
        order.enter(next);
        done(1);
        order.done(next, [&](InferenceCall&) { answered.push_back(9); });
    });
    EXPECT_THAT(answered, ElementsAre(0, 1));
    done(3);
    done(2);
    EXPECT_THAT(answered, ElementsAre(0, 1, 2, 3, 9));
}

// What waited is answered as whoever brought it asked for.
TEST_F(AnswerOrderTest, ASlowAnswerKeepsNobodyFromComing) {
    std::atomic<bool> has_begun = false, may_end = false;
    std::jthread slow([&] {
        order.done(calls[0], [&](InferenceCall& call) {
            has_begun = true;
            has_begun.notify_one();
            may_end.wait(false);
            note(call);
        });
    });
    has_begun.wait(false);
    Call late;
    order.enter(late);
    done(1);  // Returns: its answer is left to whoever is at it.
    EXPECT_THAT(answered, IsEmpty());
    may_end = true;
    may_end.notify_one();
    slow.join();
    EXPECT_THAT(answered, ElementsAre(0, 1));
}

}  // namespace
}  // namespace mettle
