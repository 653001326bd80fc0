#pragma once

// What a load says besides its results, a sentence at a time: to standard error, or with --logfile
// into a file, with time and level. Set up once, by the verb that runs.

#include "mettle/base/log.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace mettle::cli {

// Throws StartupError when the file cannot be written. Empty: standard error.
void set_up_messages(log::Level least, const std::string& file);

// The beginning of a body as one line of a terminal: no control characters, no half of a UTF-8
// sequence behind dots.
std::string shown_body(std::string_view body, std::size_t most);
constexpr std::size_t kShownInLine = 120;
constexpr std::size_t kShownWhole = 2000;

void say(std::string_view sentence);
void warn(std::string_view sentence);

}  // namespace mettle::cli
