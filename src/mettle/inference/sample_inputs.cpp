#include "mettle/inference/sample_inputs.hpp"

#include <algorithm>
#include <cstring>
#include <random>

namespace mettle {

namespace {

Shape concrete(const Shape& wanted, std::int64_t rows) {
    Shape shape;
    for (std::size_t axis = 0; axis < wanted.rank(); ++axis) {
        const std::int64_t any = axis == 0 ? rows : 1;
        shape.push_back(wanted[axis] < 0 ? any : wanted[axis]);
    }
    return shape;
}

}  // namespace

std::vector<Shape> fill_with_zeros(Slab& slab, const Signature& signature, std::int64_t rows) {
    static const std::vector<std::byte> kEmptyStrings(std::size_t{4} * 4096);  // Lengths of zero.
    std::vector<Shape> shapes;
    for (std::size_t index = 0; index < signature.inputs.size(); ++index) {
        const TensorSpec& spec = signature.inputs[index];
        shapes.push_back(concrete(spec.shape, rows));
        if (spec.type == DataType::bytes) {
            const auto count = static_cast<std::size_t>(shapes.back().element_count().value_or(1));
            const std::size_t size = std::min(kEmptyStrings.size(), 4 * count);
            slab.borrow_input(index,
                              {spec.type, shapes.back(), std::span(kEmptyStrings).first(size)});
        } else {
            const std::span<std::byte> memory = slab.input(index, shapes.back());
            std::memset(memory.data(), 0, memory.size());
        }
    }
    return shapes;
}

void fill_with_noise(Slab& slab, const Signature& signature, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> noise(0, 1);
    for (std::size_t index = 0; index < signature.inputs.size(); ++index) {
        const TensorSpec& spec = signature.inputs[index];
        const std::span<std::byte> memory = slab.input(index, concrete(spec.shape, 1));
        std::memset(memory.data(), 0, memory.size());
        if (spec.type != DataType::fp32) continue;
        for (std::size_t at = 0; at + sizeof(float) <= memory.size(); at += sizeof(float)) {
            const float value = noise(random);
            std::memcpy(memory.data() + at, &value, sizeof value);
        }
    }
}

}  // namespace mettle
