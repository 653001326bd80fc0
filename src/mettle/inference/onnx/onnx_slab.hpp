#pragma once

#include "mettle/inference/model.hpp"
#include "mettle/inference/onnx/graph_signature.hpp"

#include <memory>
#include <vector>

namespace mettle::onnx {

// Tensors of one run and the runtime's values that wrap them. A value is made again only when its
// shape or memory changes.
class OnnxSlab final : public Slab {
public:
    // `graph` must outlive the slab.
    explicit OnnxSlab(const GraphSignature& graph);

    std::span<std::byte> input(std::size_t index, const Shape& shape) override;
    void borrow_input(std::size_t index, const TensorView& view) override;
    void leave_out_optional_inputs() override;
    bool has_optional_inputs() const override { return optional_given_ > 0; }
    TensorView input_view(std::size_t index) const override { return inputs_[index].view; }
    TensorView output(std::size_t index) const override { return outputs_[index].view; }
    void set_output(std::size_t index, const TensorView& view) override;
    std::size_t bytes() const override;

    // For the model's run(): the values in and out, and reading what came out. Outputs that are
    // foreseen get memory beforehand; the others are null and made by the runtime.
    Result<void> prepare();
    Result<void> collect();
    // From now on the runtime makes this output: its shape was not what had been foreseen.
    void stop_foreseeing(std::size_t output) { outputs_[output].foreseen = false; }
    bool foresees(std::size_t output) const { return outputs_[output].foreseen; }
    // The classes that the last run gave this output by. REQUIRES: it is maps
    const std::vector<std::string>& classes(std::size_t output) const {
        return outputs_[output].classes;
    }

    std::vector<const char*> input_names;  // Of those that are given.
    std::vector<const OrtValue*> input_values;
    std::vector<OrtValue*> output_values;
    std::unique_ptr<OrtRunOptions, Release> run_options;

private:
    using Value = std::unique_ptr<OrtValue, Release>;
    struct Input {
        Tensor memory;
        TensorView view;  // What the value wraps.
        Value value;
        bool stale = true;
        bool given = false;  // Of optional ones.
    };
    struct Output {
        Tensor memory;  // Foreseen outputs, strings in V2's form, maps as tables.
        TensorView view;
        Value value;
        std::vector<std::string> classes;  // Of maps.
        bool foreseen = false;
    };
    Result<void> wrap(const TensorView& view, Value& value) const;
    Result<void> wrap_strings(const TensorView& view, Value& value) const;
    Result<void> prepare_input(std::size_t index);
    void give(std::size_t index);
    Result<void> prepare_output(std::size_t index);
    Result<void> collect_output(std::size_t index);
    Result<void> collect_maps(std::size_t index);
    Result<void> collect_strings(Output& output, std::int64_t count);
    Shape foreseen_shape(std::size_t index) const;

    const GraphSignature& graph_;
    std::unique_ptr<OrtMemoryInfo, Release> memory_info_;
    std::vector<Input> inputs_;
    std::vector<Output> outputs_;
    std::size_t optional_given_ = 0;
};

}  // namespace mettle::onnx
