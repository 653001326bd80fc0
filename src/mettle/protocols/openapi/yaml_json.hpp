#pragma once

#include "mettle/base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace mettle::protocols::openapi {

// A YAML document as JSON: plain scalars become null, booleans and numbers where they look like
// them, keys become texts. Errors: wrong YAML, with its line; too_large when aliases blow it up
// beyond two million values.
Result<nlohmann::json> json_from_yaml(std::string_view text);

}  // namespace mettle::protocols::openapi
