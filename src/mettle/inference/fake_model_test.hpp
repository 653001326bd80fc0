#pragma once

#include "mettle/inference/batch.hpp"

#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace mettle {

// A slab of plain memory with one input and one output.
class FakeSlab final : public Slab {
public:
    std::span<std::byte> input(std::size_t, const Shape& shape) override {
        in = Tensor(DataType::fp32, shape);
        return in.data();
    }
    void borrow_input(std::size_t, const TensorView&) override {}
    TensorView input_view(std::size_t) const override { return in.view(); }
    TensorView output(std::size_t) const override { return out.view(); }
    void set_output(std::size_t, const TensorView& view) override {
        out = Tensor(view.type, view.shape);
        std::memcpy(out.data().data(), view.data.data(), view.data.size());
    }
    std::size_t bytes() const override { return 0; }
    Tensor in, out;
};

// Answers x FP32[-1,2] with what `answer` makes of it, once `gate` lets it.
class FakeModel final : public Model {
public:
    const Signature& signature() const override { return signature_; }
    std::string_view platform() const override { return "test"; }
    std::unique_ptr<Slab> make_slab() override { return std::make_unique<FakeSlab>(); }
    Result<void> run(Slab& slab, const RunToken*) override {
        ++at_gate;
        { const std::lock_guard pass(gate); }
        --at_gate;
        auto& own = static_cast<FakeSlab&>(slab);
        own.out = Tensor(DataType::fp32, own.in.shape);
        return answer(own.in.as<const float>(), own.out.as<float>());
    }

    using Answer = std::function<Result<void>(std::span<const float>, std::span<float>)>;
    Answer answer = doubled;
    std::mutex gate;
    std::atomic<int> at_gate = 0;  // Runs that wait for it.

    static Result<void> doubled(std::span<const float> in, std::span<float> out) {
        for (std::size_t at = 0; at < in.size(); ++at) out[at] = 2 * in[at];
        return {};
    }
    // Adds the first row to every row: right only for a row that is alone or first.
    static Result<void> mixed(std::span<const float> in, std::span<float> out) {
        for (std::size_t at = 0; at < in.size(); ++at) out[at] = in[at] + in[at % 2];
        return {};
    }
    // Can't take a negative number anywhere.
    static Result<void> picky(std::span<const float> in, std::span<float> out) {
        for (const float value : in)
            if (value < 0) return fail(Error::Kind::internal, "negative");
        return doubled(in, out);
    }

private:
    Signature signature_{{{"x", DataType::fp32, {-1, 2}}}, {{"y", DataType::fp32, {-1, 2}}}};
};

// Rows of {value, value + 1}, {value + 2, value + 3}, ...
inline void fill(InferenceCall& call, Model& model, std::int64_t rows, float value) {
    call.slab = model.make_slab();
    call.rows = rows;
    call.slab->input(0, {rows, 2});
    for (float& element : static_cast<FakeSlab&>(*call.slab).in.as<float>()) element = value++;
}

inline std::vector<float> answer_of(const InferenceCall& call) {
    const auto values = static_cast<const FakeSlab&>(*call.slab).out.as<float>();
    return {values.begin(), values.end()};
}

}  // namespace mettle
