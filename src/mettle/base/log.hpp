#pragma once

// Logging for events that a person would read: start-up, reloads, refusals, shutdown. Never on a
// hot path. One logger, to standard error, set up once by the verb that runs.

#include <string>
#include <string_view>

namespace mettle::log {

enum class Level { debug, info, warning, error };
enum class Format { text, json };

void set_up(Level level, Format format);
// To the end of that file from now on; false when it cannot be written.
bool write_to(const std::string& file);

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

// One access-log line. `fields` is a JSON object's inside in json format, else the ready text.
void access(std::string_view text, std::string_view json_fields);
Format format();

}  // namespace mettle::log
