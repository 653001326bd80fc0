#pragma once

// Numbers within a schema's bounds: include from .cpp files only.

#include "mettle/payload/choices.hpp"
#include "mettle/payload/json_schema_model.hpp"

#include <optional>

namespace mettle::payload {

// Nothing where the bounds leave none. Without bounds 0 to 100, or 0 to 1 where it need not be
// whole. Whole ones stay within +-9e15, where doubles are exact.
std::optional<double> choose_number(const SchemaNode& node, bool whole, Choices& choices);

}  // namespace mettle::payload
