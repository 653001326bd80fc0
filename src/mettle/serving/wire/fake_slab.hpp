#pragma once

#include "mettle/inference/model.hpp"

#include <map>

namespace mettle::wire {

// A slab of plain memory, for tests of what reads requests into it and writes replies from it.
class FakeSlab final : public Slab {
public:
    std::span<std::byte> input(std::size_t index, const Shape& shape) override {
        owned[index] = Tensor(types.at(index), shape);
        inputs[index] = owned[index].view();
        return owned[index].data();
    }
    void borrow_input(std::size_t index, const TensorView& view) override { inputs[index] = view; }
    TensorView input_view(std::size_t index) const override { return inputs.at(index); }
    TensorView output(std::size_t index) const override { return outputs.at(index); }
    void set_output(std::size_t index, const TensorView& view) override {
        outputs.at(index) = view;
    }
    std::size_t bytes() const override { return 0; }

    template <typename T>
    std::vector<T> values(std::size_t index) const {
        const auto data = inputs.at(index).data;
        std::vector<T> copied(data.size() / sizeof(T));
        std::ranges::copy(data, std::as_writable_bytes(std::span(copied)).begin());
        return copied;
    }

    std::vector<DataType> types;
    std::map<std::size_t, Tensor> owned;
    std::map<std::size_t, TensorView> inputs;
    std::vector<TensorView> outputs;
};

}  // namespace mettle::wire
