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
    std::string_view of_family = name;  // OpenMetrics: without what a counter's samples end in.
    if (format_ == Format::open_metrics && type == "counter" && of_family.ends_with("_total"))
        of_family.remove_suffix(std::string_view("_total").size());
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", of_family, help,
                   of_family, type);
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
    write_histogram(labels, histogram, nullptr);
}

void Exposition::histogram(Labels labels, const DurationHistogram& histogram,
                           const Exemplars& exemplars) {
    write_histogram(labels, histogram, format_ == Format::open_metrics ? &exemplars : nullptr);
}

void Exposition::write_histogram(Labels labels, const DurationHistogram& histogram,
                                 const Exemplars* exemplars) {
    const auto reading = histogram.read();
    const auto bounds_ns = histogram.bounds_ns();
    std::uint64_t so_far = 0;
    for (std::size_t index = 0; index <= bounds_ns.size(); ++index) {
        const bool last = index == bounds_ns.size();
        so_far += reading.buckets[index];
        line("_bucket", labels,
             last ? "+Inf" : fmt::format("{}", static_cast<double>(bounds_ns[index]) / 1e9),
             static_cast<double>(so_far));
        if (!exemplars) continue;
        if (const auto exemplar = exemplars->read(index)) append(*exemplar);
    }
    line("_sum", labels, {}, static_cast<double>(reading.sum_ns) / 1e9);
    line("_count", labels, {}, static_cast<double>(reading.count));
}

// Behind the sample that stands at the text's end.
void Exposition::append(const Exemplar& exemplar) {
    text_.pop_back();
    fmt::format_to(std::back_inserter(text_), " # {{request_id=\"{}\"}} {} {:.3f}\n",
                   escaped(exemplar.request_id), static_cast<double>(exemplar.value_ns) / 1e9,
                   static_cast<double>(exemplar.at_ms) / 1e3);
}

void Exposition::end() {
    if (format_ == Format::open_metrics) text_ += "# EOF\n";
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
