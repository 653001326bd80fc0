// All at once, for ThreadSanitizer: several threads that ask, hang up, come too late or ask for too
// much, of several workers that join and split. Every call is told once, and has its own answer.

#include "mettle/inference/fake_model_test.hpp"
#include "mettle/inference/served_model.hpp"

#include <gtest/gtest.h>

#include <future>
#include <random>

namespace mettle {
namespace {

using namespace std::chrono_literals;

struct Call final : InferenceCall {
    // Throws when it comes twice.
    void on_result(Result<void> result) override { told.set_value(std::move(result)); }
    std::promise<Result<void>> told;
};

struct Asked {
    int answered = 0, wrong = 0, refused = 0, cancelled = 0;
    Asked& operator+=(const Asked& other) {
        answered += other.answered;
        wrong += other.wrong;
        refused += other.refused;
        cancelled += other.cancelled;
        return *this;
    }
};

bool is_doubled(const Call& call, float first) {
    for (const float value : answer_of(call)) {
        if (value != 2 * first) return false;
        ++first;
    }
    return answer_of(call).size() == 2 * static_cast<std::size_t>(call.rows);
}

// `number` of the thread: no two of them ever ask about the same values.
Asked ask_many(ServedModel& served, std::uint32_t number) {
    constexpr int kRounds = 60;
    constexpr std::size_t kAtOnce = 6;
    std::mt19937 random(number);
    float value = static_cast<float>(number) * 100'000;
    Asked asked;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<std::unique_ptr<Call>> calls;
        std::vector<float> first;
        for (std::size_t index = 0; index < kAtOnce; ++index) {
            Call& call = *calls.emplace_back(std::make_unique<Call>());
            first.push_back(value);
            fill(call, served.model(), 1 + random() % 7, value);
            value += 2 * static_cast<float>(call.rows);
            call.client = number;
            call.received = steady_now();
            if (random() % 4 == 0) call.deadline = call.received + 1h;
            if (random() % 16 == 0) call.deadline = call.received + 1us;
            served.submit(call);
            if (random() % 4 == 0) served.cancel(call);
        }
        for (std::size_t index = 0; index < kAtOnce; ++index) {
            const auto result = calls[index]->told.get_future().get();
            if (result) {
                ++asked.answered;
                if (!is_doubled(*calls[index], first[index])) ++asked.wrong;
            } else if (result.error().kind == Error::Kind::cancelled) {
                ++asked.cancelled;
            } else {
                ++asked.refused;
            }
        }
    }
    return asked;
}

Asked ask_from_four_threads(BatchKnobs knobs) {
    knobs.max_batch_rows = 4;
    ServedModel served("m", "1", std::make_unique<FakeModel>(),
                       {.max_queue = 12, .workers = 3, .batching = knobs, .lane = Lane::worker});
    std::vector<std::future<Asked>> threads;
    for (std::uint32_t number = 1; number <= 4; ++number)
        threads.push_back(
            std::async(std::launch::async, [&served, number] { return ask_many(served, number); }));
    Asked all;
    for (auto& thread : threads) all += thread.get();
    EXPECT_EQ(all.answered + all.refused + all.cancelled, 4 * 60 * 6);
    EXPECT_EQ(served.queued(), 0u);
    EXPECT_EQ(served.stats().in_flight.load(), 0);
    return all;
}

TEST(ServedModelThreads, EachCallHasItsOwnAnswer) {
    const Asked all = ask_from_four_threads({});
    EXPECT_EQ(all.wrong, 0);
    EXPECT_GT(all.answered, 0);
}

TEST(ServedModelThreads, AlsoWhereAnswersKeepTheirOrder) {
    const Asked all = ask_from_four_threads({.preserve_ordering = true});
    EXPECT_EQ(all.wrong, 0);
    EXPECT_GT(all.answered, 0);
}

TEST(ServedModelThreads, AlsoWhereBatchesAreWaitedFor) {
    const Asked all = ask_from_four_threads({.preferred_rows = {4}, .max_queue_delay = 200us});
    EXPECT_EQ(all.wrong, 0);
    EXPECT_GT(all.answered, 0);
}

}  // namespace
}  // namespace mettle
