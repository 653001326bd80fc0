#include "mettle/results/metric_names.hpp"

#include <algorithm>

namespace mettle::results {

std::optional<double> percentile(std::string_view name) {
    if (name.size() < 3 || name.size() > 6 || name[0] != 'p') return {};
    const std::string_view digits = name.substr(1);
    if (!std::ranges::all_of(digits, [](char digit) { return digit >= '0' && digit <= '9'; }))
        return {};
    // p100 would be a tenth: only nines can follow a second digit.
    if (digits.size() > 2 && digits.find_first_not_of('9') != std::string_view::npos) return {};
    double share = 0;
    for (std::size_t at = digits.size(); at-- > 0;) share = (share + (digits[at] - '0')) / 10;
    if (share <= 0) return {};
    return share;
}

std::string_view without_service(std::string_view metric) {
    constexpr std::string_view kService = "service_";
    return metric.starts_with(kService) ? metric.substr(kService.size()) : metric;
}

bool is_latency(std::string_view metric) {
    const std::string_view name = without_service(metric);
    return name == "min" || name == "mean" || name == "max" || percentile(name);
}

}  // namespace mettle::results
