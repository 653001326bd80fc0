#pragma once

// Moments as logs write them, in nanoseconds since 1970. Nothing for what is none.

#include <cstdint>
#include <optional>
#include <string_view>

namespace mettle::load {

// "2026-11-24T12:00:00.123Z", "2026-11-24 12:00:00+01:00"; UTC where no zone is said.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

// "24/Nov/2026:12:00:00 +0100", as Apache and nginx write it.
std::optional<std::int64_t> parse_log_time(std::string_view text);

}  // namespace mettle::load
