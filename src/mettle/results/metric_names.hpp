#pragma once

// The names of latency metrics, taken apart. For expression.cpp and evaluation.cpp.

#include <optional>
#include <string_view>

namespace mettle::results {

// "p50" is 0.5, "p999" 0.999; nothing when it is no percentile.
std::optional<double> percentile(std::string_view name);

// "p99" for "service_p99"; others as they are.
std::string_view without_service(std::string_view metric);

// A percentile, min, mean or max, from the due time or from the send.
bool is_latency(std::string_view metric);

}  // namespace mettle::results
