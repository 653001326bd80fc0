#include "mettle/metrics/exposition.hpp"

#include <fmt/format.h>

#include <iterator>

namespace mettle {

namespace {

std::string escaped(std::string_view value) {
    std::string out;
    for (const char character : value) {
        if (character == '\n') {
            out += "\\n";
            continue;
        }
        if (character == '"' || character == '\\') out += '\\';
        out += character;
    }
    return out;
}

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   type);
}

void Exposition::line(std::string_view suffix, Labels labels, std::string_view bound,
                      double value) {
    text_ += name_;
    text_ += suffix;
    std::string inside;
    for (const auto& [key, label] : labels) {
        inside += fmt::format("{}{}=\"{}\"", inside.empty() ? "" : ",", key, escaped(label));
    }
    if (!bound.empty()) inside += fmt::format("{}le=\"{}\"", inside.empty() ? "" : ",", bound);
    if (!inside.empty()) text_ += "{" + inside + "}";
    fmt::format_to(std::back_inserter(text_), " {}\n", value);
}

void Exposition::sample(Labels labels, double value) {
    line("", labels, {}, value);
}

void Exposition::histogram(Labels labels, const DurationHistogram& histogram) {
    const auto reading = histogram.read();
    std::uint64_t so_far = 0;
    for (std::size_t index = 0; index < histogram.bounds_ns().size(); ++index) {
        so_far += reading.buckets[index];
        line("_bucket", labels,
             fmt::format("{}", static_cast<double>(histogram.bounds_ns()[index]) / 1e9),
             static_cast<double>(so_far));
    }
    line("_bucket", labels, "+Inf", static_cast<double>(reading.count));
    line("_sum", labels, {}, static_cast<double>(reading.sum_ns) / 1e9);
    line("_count", labels, {}, static_cast<double>(reading.count));
}

void Exposition::histogram_us(Labels labels, const Histogram& histogram,
                              std::span<const std::int64_t> bounds_ns) {
    for (const std::int64_t bound_ns : bounds_ns) {
        line("_bucket", labels, fmt::format("{}", static_cast<double>(bound_ns) / 1e9),
             static_cast<double>(histogram.count_at_or_below(bound_ns / 1000)));
    }
    const auto count = static_cast<double>(histogram.count());
    line("_bucket", labels, "+Inf", count);
    line("_sum", labels, {}, histogram.mean() * count / 1e6);
    line("_count", labels, {}, count);
}

}  // namespace mettle
