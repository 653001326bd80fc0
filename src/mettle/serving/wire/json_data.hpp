#pragma once

#include "mettle/base/result.hpp"
#include "mettle/serving/wire/number_form.hpp"
#include "mettle/tensor/data_type.hpp"
#include "mettle/tensor/shape.hpp"

#include <simdjson.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mettle::wire {

// Reads the array of an input's values into `memory`: nested as `shape` says, or flat, row-major.
// Numbers of fixed-size types only. Fails when a value is not of the type or out of its range, when
// the nesting is not the shape's, or when there are more or fewer values than the shape has. `name`
// is the input's, for the sentence.
Result<void> read_numbers(simdjson::ondemand::array data, DataType type, const Shape& shape,
                          std::span<std::byte> memory, std::string_view name, NumberForm form = {});

// The same for strings, appended to `packed` as BYTES elements. `b64`: also objects of the form
// {"b64": "..."}, which hold bytes that are no text.
Result<void> read_strings(simdjson::ondemand::array data, const Shape& shape, std::string& packed,
                          std::string_view name, bool b64 = false);

// "is not JSON: ..." with the place in `text` where that is known.
std::string describe(simdjson::error_code error);

}  // namespace mettle::wire
