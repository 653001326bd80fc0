#include "mettle/inference/served_model.hpp"

#include "mettle/inference/fake_model_test.hpp"

#include <gmock/gmock.h>

#include <array>
#include <future>
#include <latch>
#include <mutex>

namespace mettle {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

struct Call final : InferenceCall {
    void on_result(Result<void> result) override {
        thread = std::this_thread::get_id();
        if (told) told(*this);
        done.set_value(std::move(result));
    }
    std::promise<Result<void>> done;
    std::thread::id thread;
    std::function<void(const Call&)> told;
};

struct ServedModelTest : ::testing::Test {
    std::unique_ptr<ServedModel> serve(ServedModel::Options options,
                                       FakeModel::Answer answer = FakeModel::doubled) {
        auto owned = std::make_unique<FakeModel>();
        owned->answer = std::move(answer);
        model = owned.get();
        return std::make_unique<ServedModel>("m", "1", std::move(owned), options);
    }
    FakeModel* model = nullptr;
};

TEST_F(ServedModelTest, AShortModelRunsOnTheSubmittersThread) {
    const auto served = serve({.max_queue = 1, .workers = 1, .batching = {}, .lane = {}});
    Call call;
    fill(call, *model, 1, 1);
    served->submit(call);
    EXPECT_TRUE(call.done.get_future().get());
    EXPECT_EQ(call.thread, std::this_thread::get_id());
}

TEST_F(ServedModelTest, AFullQueueRefusesAtOnceAndTheRestIsAnswered) {
    const auto served = serve({.max_queue = 2, .workers = 1, .batching = {}, .lane = Lane::worker});
    std::vector<std::unique_ptr<Call>> calls;
    std::unique_lock closed(model->gate);
    const auto submit = [&] {
        calls.push_back(std::make_unique<Call>());
        fill(*calls.back(), *model, 1, 10 * static_cast<float>(calls.size()));
        served->submit(*calls.back());
    };
    submit();
    while (model->at_gate == 0) std::this_thread::yield();  // The worker has taken it, and waits.
    submit();
    submit();
    submit();
    const auto refused = calls[3]->done.get_future().get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::unavailable);
    closed.unlock();
    for (int index : {0, 1, 2})
        EXPECT_TRUE(calls[static_cast<std::size_t>(index)]->done.get_future().get());
    EXPECT_THAT(answer_of(*calls[0]), ElementsAre(20, 22));
    EXPECT_THAT(answer_of(*calls[2]), ElementsAre(60, 62));
    EXPECT_NE(calls[0]->thread, std::this_thread::get_id());
    EXPECT_EQ(served->stats().refused_queue_full.value(), 1u);
    EXPECT_EQ(served->stats().rows.value(), 3u);
}

// What waits while a worker is busy goes together; a call of its own goes alone where that fails.
struct Waiting : ServedModelTest {
    void run_three(FakeModel::Answer answer, float second) {
        served = serve(
            {.max_queue = 8, .workers = 1, .batching = {.max_batch_rows = 8}, .lane = Lane::worker},
            std::move(answer));
        std::unique_lock closed(model->gate);
        fill(first, *model, 1, 1);
        served->submit(first);
        while (model->at_gate == 0) std::this_thread::yield();
        fill(calls[0], *model, 1, 10);
        fill(calls[1], *model, 1, second);
        fill(calls[2], *model, 1, 30);
        for (Call& call : calls) served->submit(call);
        closed.unlock();
        for (Call& call : calls) results.push_back(call.done.get_future().get());
    }
    std::unique_ptr<ServedModel> served;
    Call first;
    std::array<Call, 3> calls;
    std::vector<Result<void>> results;
};

TEST_F(Waiting, CallsAreRunTogether) {
    run_three(FakeModel::doubled, 20);
    for (const auto& result : results) EXPECT_TRUE(result);
    EXPECT_EQ(served->stats().executions.value(), 2u);
    EXPECT_EQ(calls[1].batch_rows, 3);
    EXPECT_THAT(answer_of(calls[1]), ElementsAre(40, 42));
}

TEST_F(Waiting, ARowThatCannotBeRunFailsAlone) {
    run_three(FakeModel::picky, -20);
    EXPECT_TRUE(results[0]);
    EXPECT_FALSE(results[1]);
    EXPECT_TRUE(results[2]);
    EXPECT_THAT(answer_of(calls[2]), ElementsAre(60, 62));
}

TEST_F(Waiting, AModelThatMixesItsRowsRunsEachAlone) {
    run_three(FakeModel::mixed, 20);
    EXPECT_FALSE(served->joins_calls());
    EXPECT_EQ(served->stats().executions.value(), 4u);
    EXPECT_THAT(answer_of(calls[1]), ElementsAre(40, 42));
}

// The number by which calls are put in order was once lost on the way into the queue: every answer
// but the first waited for ever.
TEST_F(ServedModelTest, AnswersKeepTheOrderOfTheQuestionsWhateverRanFirst) {
    std::atomic<bool> may_end = false;
    std::atomic<int> quick = 0;
    const auto served = serve({.max_queue = 8,
                               .workers = 2,
                               .batching = {.max_batch_rows = 1, .preserve_ordering = true},
                               .lane = Lane::worker},
                              [&](std::span<const float> in, std::span<float> out) {
                                  if (in[0] == 7) may_end.wait(false);
                                  if (in[0] > 7) ++quick;
                                  return FakeModel::doubled(in, out);
                              });
    std::mutex mutex;
    std::vector<const Call*> order;
    std::array<Call, 4> calls;
    for (std::size_t index = 0; index < calls.size(); ++index) {
        calls[index].told = [&](const Call& call) {
            const std::lock_guard lock(mutex);
            order.push_back(&call);
        };
        fill(calls[index], *model, 1, 7 + static_cast<float>(index));
        served->submit(calls[index]);
    }
    while (quick < 3) std::this_thread::yield();  // The second worker runs all the others.
    may_end = true;
    may_end.notify_all();
    for (Call& call : calls) EXPECT_TRUE(call.done.get_future().get());
    EXPECT_THAT(order, ElementsAre(&calls[0], &calls[1], &calls[2], &calls[3]));
}

// A submitter that waits on a thread of its own is woken once for a run, not once for each call.
struct Box final : ResultBox {
    void put(std::span<InferenceCall* const> calls) override {
        const std::lock_guard lock(mutex);
        together.push_back(calls.size());
        for (InferenceCall* call : calls) call->on_result(std::move(call->outcome));
    }
    std::mutex mutex;
    std::vector<std::size_t> together;
};

TEST_F(Waiting, CallsOfOneRunComeBackToABoxAtOnce) {
    const auto box = std::make_shared<Box>(), other = std::make_shared<Box>();
    calls[0].box = calls[2].box = box;
    calls[1].box = other;
    run_three(FakeModel::doubled, 20);
    for (const auto& result : results) EXPECT_TRUE(result);
    const std::scoped_lock lock(box->mutex, other->mutex);
    EXPECT_THAT(box->together, ElementsAre(2));
    EXPECT_THAT(other->together, ElementsAre(1));
    EXPECT_EQ(served->stats().in_flight.load(), 0);
}

// It was once measured in a single run of many rows when that took long, as it may on a machine
// that stands still for a moment: the model then seemed to gain nothing by batches, and had none.
TEST_F(ServedModelTest, AMomentInWhichTheMachineStandsStillIsNotTheModelsTime) {
    int runs_of_many = 0;
    const auto served = serve({.max_queue = 1, .workers = 1, .batching = {}, .lane = {}},
                              [&](std::span<const float> in, std::span<float> out) {
                                  if (in.size() > 32 && ++runs_of_many == 1)
                                      std::this_thread::sleep_for(100ms);
                                  return FakeModel::doubled(in, out);
                              });
    EXPECT_LT(served->time_model().predict(32), 100ms);
}

TEST(TimeModel, TheBestBatchIsWhereMoreSavesNothing) {
    EXPECT_EQ((TimeModel{80us, 20us}.best_batch()), 40);
    EXPECT_EQ((TimeModel{0us, 20us}.best_batch()), 1);
    EXPECT_EQ((TimeModel{80us, 0us}.best_batch()), 256);
}

TEST(TimeModel, GoesThroughBothMeasurementsAndNeverBelowZero) {
    const TimeModel model = TimeModel::through(10us, 320us, 32);
    EXPECT_EQ(model.predict(1), 10us);
    EXPECT_EQ(model.predict(32), 320us);
    const TimeModel odd = TimeModel::through(10us, 5us, 32);  // A noisy machine.
    EXPECT_EQ(odd.predict(32), 10us);
}

}  // namespace
}  // namespace mettle
