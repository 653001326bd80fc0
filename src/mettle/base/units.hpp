#pragma once

// Durations, sizes, rates and shares as people write them in flags and files, and back. Parsers
// take the whole text or say in one sentence what was wrong with it and what would be right.

#include "mettle/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace mettle {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::steady_clock::time_point;

// "250us", "20ms", "1.5s", "10m", "1h30m", "2d"; a bare number is seconds, as in Locust's flags.
// Never negative; at most 365 days.
Result<Duration> parse_duration(std::string_view text);

// Bytes: "4096", "64KiB", "2GiB", "10MB" (powers of 1000), "64M" (powers of 1024, as most tools).
Result<std::uint64_t> parse_size(std::string_view text);

// Per second: "500", "500rps", "2k", "30/m". Positive and finite.
Result<double> parse_rate(std::string_view text);

// "0.1%" is 0.001; "0.001" is itself. Between 0 and 1.
Result<double> parse_share(std::string_view text);

// A whole finite number in plain or scientific form, nothing around it.
Result<double> parse_number(std::string_view text);

std::string format_duration(Duration duration);  // "1.50 ms", "820 µs", "2.0 s", "1m30s"
std::string format_size(std::uint64_t bytes);    // "1.5 MiB"
std::string format_rate(double per_second);      // "12,345" below a million, else "1.23M"

}  // namespace mettle
