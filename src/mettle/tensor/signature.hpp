#pragma once

#include "mettle/tensor/data_type.hpp"
#include "mettle/tensor/shape.hpp"

#include <cstddef>
#include <optional>
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
    // Of the classes along the last dimension, where the model itself names them.
    std::vector<std::string> labels = {};

    std::string to_string() const;  // "pixels FP32[-1,64]"
};

// What a model takes and gives. Both the server, which reads it from the graph, and the tester,
// which reads it from the server's metadata, think of a model as this.
struct Signature {
    bool operator==(const Signature&) const = default;

    // Rows of several requests may be run together: every output, and every input but the optional
    // ones, has a first dimension of -1.
    bool batches() const;
    const TensorSpec* input(std::string_view name) const;  // Not an optional one.
    const TensorSpec* output(std::string_view name) const;
    // With the optional inputs behind the others.
    const TensorSpec& input_at(std::size_t index) const;
    std::optional<std::size_t> index_of_input(std::string_view name) const;

    std::string to_string()
        const;  // "pixels FP32[-1,64] -> label INT64[-1], probabilities FP32[-1,10]"

    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    // Inputs that a request may leave out, since the model has a value for them. Counted on behind
    // `inputs` where an index names one. Rows are no matter of theirs.
    std::vector<TensorSpec> optional_inputs = {};
};

}  // namespace mettle
