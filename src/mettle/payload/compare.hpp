#pragma once

#include "mettle/tensor/tensor.hpp"

#include <optional>
#include <string>

namespace mettle::payload {

// How far an answer may be from the right one: |a - e| <= absolute + relative * |e|. Integers,
// booleans and text must be equal.
struct Tolerance {
    double absolute = 1e-5;
    double relative = 1e-4;
};

// Nothing when `actual` is right; else where it first differs: "[3] is 0.5, not 0.25".
std::optional<std::string> difference(const TensorView& actual, const TensorView& expected,
                                      Tolerance tolerance);

// Nothing when all floats are finite; else the first that is not: "[3] is NaN".
std::optional<std::string> not_finite(const TensorView& tensor);

}  // namespace mettle::payload
