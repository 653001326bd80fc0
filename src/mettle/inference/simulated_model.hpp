#pragma once

#include "mettle/inference/model.hpp"
#include "mettle/inference/simulated_spec.hpp"

#include <memory>

namespace mettle {

// A model that takes time instead of computing, to rehearse with and to test testers with:
//
//   x FP32[-1,width] -> sum FP32[-1], first FP32[-1]
//
// whose answer anyone can check: of each row the sum of its elements, added in their order in
// double precision, and its first element. The n-th run since serving began takes what the law
// draws for the seed and n; the n-th answered request fails as they say. Runs before the first
// request, which warm it up, take the median and don't count.
//
// A sleeping run ends within a millisecond of its token's word. A burning one takes so much CPU
// time of its thread: on a busy machine longer, as a real model would.
std::unique_ptr<Model> make_simulated(const SimulatedSpec& spec);

}  // namespace mettle
