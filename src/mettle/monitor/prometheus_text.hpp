#pragma once

// The samples of a Prometheus exposition, text format 0.0.4 or OpenMetrics 1.0. Lenient as
// Prometheus is: a line that is none is left out and counted. Pure; views into the text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::monitor {

enum class MetricType : std::uint8_t { unknown, counter, gauge, histogram, summary };

struct PrometheusSample {
    std::string_view name;    // "http_requests_total"
    std::string_view labels;  // As written, without the braces: R"(code="200",path="/x")"
    double value = 0;         // May be NaN or infinite.
    MetricType type = MetricType::unknown;  // Of its family.
};

struct PrometheusPage {
    std::vector<PrometheusSample> samples;
    std::size_t bad_lines = 0;
    bool truncated = false;  // There were more samples than asked for.
};
PrometheusPage parse_prometheus(std::string_view text, std::size_t most_samples = 20'000);

}  // namespace mettle::monitor
