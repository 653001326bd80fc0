#pragma once

#include <string_view>

namespace mettle::http {

// The type of a Content-Type or Accept, without its parameters: "text/csv" of "text/csv;
// charset=utf-8".
std::string_view media_type(std::string_view value);

}  // namespace mettle::http
