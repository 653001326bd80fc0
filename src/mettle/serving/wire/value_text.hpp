#pragma once

// Values of a request by their JSON text. A protocol whose requests name no shapes takes the texts
// apart first and reads the numbers when it knows where they go.

#include "mettle/base/result.hpp"
#include "mettle/tensor/shape.hpp"

#include <simdjson.h>

#include <string_view>

namespace mettle::wire {

// Without the blanks of JSON at both ends.
std::string_view trimmed(std::string_view text);

// The text of a value, brackets and quotes included, blanks around it not. What is inside is not
// checked.
simdjson::simdjson_result<std::string_view> text_of(simdjson::ondemand::value value);

// The shape of nested arrays: at each level the size of the first array there. Whether the others
// have the same is for who reads the values. {} for what is no array. Fails beyond 8 dimensions.
Result<Shape> shape_of(std::string_view text);

}  // namespace mettle::wire
