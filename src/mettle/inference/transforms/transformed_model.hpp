#pragma once

// A model around a model: clients send pictures and get classes, the model inside reads and gives
// numbers.

#include "mettle/inference/model.hpp"
#include "mettle/inference/transform_config.hpp"

#include <memory>

namespace mettle {

// The input that takes pictures becomes BYTES of its name, a file an element. The output of scores
// is replaced by `class` INT64 and `score` FP32, best first, and `label` BYTES where there are
// labels. A class below the threshold is -1, with a score of 0 and no label. Other tensors stay.
// Without transforms: `model` itself. Fails with `invalid_input` where config and model contradict
// each other.
Result<std::unique_ptr<Model>> with_transforms(std::unique_ptr<Model> model,
                                               const TransformConfig& config);

}  // namespace mettle
