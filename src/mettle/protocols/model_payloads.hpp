#pragma once

// What is sent to a server of models, from what it says of the model and what was asked for.

#include "mettle/payload/input_maker.hpp"
#include "mettle/protocols/model_task.hpp"
#include "mettle/protocols/target.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace mettle::protocols {

// Of all bodies of a task together; fewer are made where they would take more.
inline constexpr std::size_t kMostPayloadBytes = std::size_t{256} << 20;

// How tensors are written, where the protocol has two ways.
struct TensorForm {
    bool binary = false;    // V2.
    bool columnar = false;  // TF Serving; else its natural form.
};

// REQUIRES: target.protocol is v2 or tfs
std::shared_ptr<const ModelApi> make_model_api(const Target& target, TensorForm form);

struct MadePayloads {
    std::vector<v2::Payload> payloads;  // At least one.
    std::uint64_t wanted = 0;           // More than there are: the bytes were too many.
};

// `count`: nothing is all of the data, or 32. Errors name the input and the flag.
Result<MadePayloads> make_payloads(const ModelTask& task, payload::MakerOptions inputs,
                                   std::optional<std::uint64_t> count);

}  // namespace mettle::protocols
