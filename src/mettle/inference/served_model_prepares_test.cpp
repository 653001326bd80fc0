#include "mettle/inference/fake_model_test.hpp"
#include "mettle/inference/served_model.hpp"

#include <gmock/gmock.h>

#include <future>

namespace mettle {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBefore = 2ms;

// A short model behind something that takes time.
class Prepared final : public Model {
public:
    const Signature& signature() const override { return inside_.signature(); }
    std::string_view platform() const override { return "test"; }
    std::unique_ptr<Slab> make_slab() override { return inside_.make_slab(); }
    bool prepares() const override { return true; }
    Result<void> before(Slab&) override {
        const auto end = std::chrono::steady_clock::now() + kBefore;
        while (std::chrono::steady_clock::now() < end) {
        }
        return {};
    }
    Result<void> run(Slab& slab, const RunToken* token) override {
        return inside_.run(slab, token);
    }

private:
    FakeModel inside_;
};

struct Call final : InferenceCall {
    void on_result(Result<void> result) override { done.set_value(std::move(result)); }
    std::promise<Result<void>> done;
};

// Predictions were of the model's run alone, which is the smallest part of what a text waits for.
TEST(ServedModelPrepares, ItsTimeIsThatOfAllThatIsDoneForARequest) {
    ServedModel served("m", "1", std::make_unique<Prepared>(), {.workers = 1, .lane = {}});
    EXPECT_EQ(served.lane(), Lane::worker);
    for (int at = 0; at < 32; ++at) {
        Call call;
        fill(call, served.model(), 1, 1);
        served.submit(call);
        ASSERT_TRUE(call.done.get_future().get());
    }
    EXPECT_GE(served.recent_time().predict(1), kBefore);
}

}  // namespace
}  // namespace mettle
