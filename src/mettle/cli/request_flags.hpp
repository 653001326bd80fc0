#pragma once

// Parsers of the flags that say what a request is.

#include "mettle/base/result.hpp"

#include <string>
#include <utility>

namespace mettle::cli {

// "Name: value"
Result<std::pair<std::string, std::string>> parse_header(const std::string& text);
Result<std::string> parse_method(const std::string& text);
Result<std::string> read_file(const std::string& path);  // Its whole content.

}  // namespace mettle::cli
