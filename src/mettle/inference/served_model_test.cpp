#include "mettle/inference/served_model.hpp"

#include <gmock/gmock.h>

#include <future>
#include <latch>
#include <mutex>

namespace mettle {
namespace {

using namespace std::chrono_literals;

class PlainSlab final : public Slab {
public:
    std::span<std::byte> input(std::size_t, const Shape& shape) override {
        tensor = Tensor(DataType::fp32, shape);
        return tensor.data();
    }
    void borrow_input(std::size_t, const TensorView&) override {}
    TensorView output(std::size_t) const override { return tensor.view(); }
    std::size_t bytes() const override { return 0; }
    Tensor tensor;
};

// Answers its input, once the test lets it.
class GatedModel final : public Model {
public:
    const Signature& signature() const override { return signature_; }
    std::string_view platform() const override { return "test"; }
    std::unique_ptr<Slab> make_slab() override { return std::make_unique<PlainSlab>(); }
    Result<void> run(Slab&, const RunToken*) override {
        const std::lock_guard pass(gate);
        return {};
    }
    std::mutex gate;

private:
    Signature signature_{{{"x", DataType::fp32, {-1, 2}}}, {{"y", DataType::fp32, {-1, 2}}}};
};

struct Call final : InferenceCall {
    void on_result(Result<void> result) override {
        thread = std::this_thread::get_id();
        done.set_value(std::move(result));
    }
    std::promise<Result<void>> done;
    std::thread::id thread;
};

struct ServedModelTest : ::testing::Test {
    std::unique_ptr<ServedModel> serve(ServedModel::Options options) {
        auto owned = std::make_unique<GatedModel>();
        model = owned.get();
        return std::make_unique<ServedModel>("m", "1", std::move(owned), options);
    }
    GatedModel* model = nullptr;
};

TEST_F(ServedModelTest, AShortModelRunsOnTheSubmittersThread) {
    const auto served = serve({.max_queue = 1, .workers = 1, .lane = {}});
    Call call;
    call.slab = served->model().make_slab();
    served->submit(call);
    EXPECT_TRUE(call.done.get_future().get());
    EXPECT_EQ(call.thread, std::this_thread::get_id());
}

TEST_F(ServedModelTest, AFullQueueRefusesAtOnceAndTheRestIsAnswered) {
    const auto served = serve({.max_queue = 2, .workers = 1, .lane = Lane::worker});
    std::vector<std::unique_ptr<Call>> calls;
    std::unique_lock closed(model->gate);
    const auto submit = [&] {
        calls.push_back(std::make_unique<Call>());
        calls.back()->slab = served->model().make_slab();
        served->submit(*calls.back());
    };
    submit();
    while (served->queued() > 0) std::this_thread::yield();  // The worker has taken it, and waits.
    submit();
    submit();
    submit();
    const auto refused = calls[3]->done.get_future().get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::unavailable);
    closed.unlock();
    for (int index : {0, 1, 2})
        EXPECT_TRUE(calls[static_cast<std::size_t>(index)]->done.get_future().get());
    EXPECT_NE(calls[0]->thread, std::this_thread::get_id());
    EXPECT_EQ(served->stats().refused_queue_full.value(), 1u);
    EXPECT_EQ(served->stats().rows.value(), 3u);
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
