#pragma once

// Inputs for a model, made from its signature: what is sent when nobody says what to send.

#include "mettle/tensor/signature.hpp"
#include "mettle/tensor/tensor.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::payload {

struct NamedTensor {
    std::string name;
    Tensor tensor;
};
using Tensors =
    std::vector<NamedTensor>;  // In the order of the signature's inputs, or the answer's.

struct InputOptions {
    std::int64_t batch = 1;    // Rows: the first dimension, where that is free (-1).
    bool batch_given = false;  // The user asked for it, so a fixed one is an error.
    // Whole shapes by input; win over `batch`.
    // NOLINTNEXTLINE(readability-redundant-member-init): so that {.batch = 8} may leave it out.
    std::map<std::string, Shape> shapes = {};
};

// "pixels:1,64" as --shape takes it.
Result<std::pair<std::string, Shape>> parse_shape(std::string_view text);

// The inputs with all dimensions known. Free dimensions behind the first must be given: the error
// names the input and the flag. Also refuses inputs that the options name and the model has not.
Result<std::vector<TensorSpec>> resolve_inputs(const Signature& signature,
                                               const InputOptions& options);

// Values for an input: floats uniform in [0, 1), integers from 0 to 9, booleans, short words.
// `state` decides which. REQUIRES: a concrete shape
Tensor make_tensor(const TensorSpec& spec, std::uint64_t state);

// The same for all inputs. The same seed and index give the same values on every machine; different
// indexes, different ones.
Tensors make_inputs(const std::vector<TensorSpec>& inputs, std::uint64_t seed, std::uint64_t index);

}  // namespace mettle::payload
