#pragma once

#include "mettle/tensor/data_type.hpp"
#include "mettle/tensor/shape.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mettle {

// One input or output of a model: -1 in `shape` stands for any size.
struct TensorSpec {
    bool operator==(const TensorSpec&) const = default;

    std::string name;
    DataType type = DataType::fp32;
    Shape shape;

    std::string to_string() const;  // "pixels FP32[-1,64]"
};

// What a model takes and gives. Both the server, which reads it from the graph, and the tester,
// which reads it from the server's metadata, think of a model as this.
struct Signature {
    bool operator==(const Signature&) const = default;

    // Rows of several requests may be run together: every input and output has a first dimension of
    // -1.
    bool batches() const;
    const TensorSpec* input(std::string_view name) const;
    const TensorSpec* output(std::string_view name) const;

    std::string to_string()
        const;  // "pixels FP32[-1,64] -> label INT64[-1], probabilities FP32[-1,10]"

    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
};

}  // namespace mettle
