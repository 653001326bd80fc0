#pragma once

#include "mettle/base/result.hpp"

#include <string>
#include <string_view>

namespace mettle {

// RFC 4648 with padding. Decoding is strict, but for padding, which may be missing.
std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

}  // namespace mettle
