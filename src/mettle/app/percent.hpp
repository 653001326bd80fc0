#pragma once

#include <string>
#include <string_view>

namespace mettle::app {

// A path segment with its %XX escapes decoded, into `room` when there are any. A broken escape
// stays as it is.
std::string_view percent_decoded(std::string_view segment, std::string& room);

}  // namespace mettle::app
