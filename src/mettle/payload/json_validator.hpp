#pragma once

#include "mettle/payload/json_schema.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mettle::payload {

// What is wrong with a value, in one short sentence that begins with the place as a JSON pointer:
// "/probabilities/3: above its maximum of 1"; nothing when it is as the schema says. Values do not
// stand in it, so that the same mistake is the same sentence. `format` is no rule here, as in JSON
// Schema itself.
std::optional<std::string> schema_flaw(const JsonSchema& schema, const nlohmann::json& value,
                                       Direction direction);

// The same of a text, which is also wrong when it is no JSON.
std::optional<std::string> schema_flaw_of_text(const JsonSchema& schema, std::string_view text,
                                               Direction direction);

}  // namespace mettle::payload
