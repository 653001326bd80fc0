#pragma once

// What a load says besides its results, a sentence at a time: to standard error, or with --logfile
// into a file, with time and level. Set up once, by the verb that runs.

#include "mettle/base/log.hpp"

#include <string>
#include <string_view>

namespace mettle::cli {

// Throws StartupError when the file cannot be written. Empty: standard error.
void set_up_messages(log::Level least, const std::string& file);

void say(std::string_view sentence);
void warn(std::string_view sentence);

}  // namespace mettle::cli
