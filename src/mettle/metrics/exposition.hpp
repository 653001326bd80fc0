#pragma once

#include "mettle/metrics/counter.hpp"
#include "mettle/metrics/exemplars.hpp"
#include "mettle/metrics/histogram.hpp"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mettle {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Writes metrics in Prometheus' text format 0.0.4, or in OpenMetrics 1.0, which has exemplars.
// Families come one after the other: begin one, then its samples.
class Exposition {
public:
    enum class Format { text, open_metrics };
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";
    static constexpr std::string_view kOpenMetricsType =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    explicit Exposition(Format format = Format::text) : format_(format) {}

    // `type` is counter, gauge or histogram. Counters' names end in _total, histograms' in their
    // unit.
    void family(std::string_view name, std::string_view type, std::string_view help);
    void sample(Labels labels, double value);
    // The buckets, _sum (in seconds) and _count.
    void histogram(Labels labels, const DurationHistogram& histogram);
    // The same with an exemplar a bucket, where the format has them.
    void histogram(Labels labels, const DurationHistogram& histogram, const Exemplars& exemplars);
    // The same of one that counts microseconds, in the buckets of `bounds_ns`: whole microseconds.
    void histogram_us(Labels labels, const Histogram& histogram,
                      std::span<const std::int64_t> bounds_ns);

    const std::string& text() const { return text_; }
    void end();  // Of the last family: what OpenMetrics closes a document with.

private:
    void line(std::string_view suffix, Labels labels, std::string_view bound, double value);
    void write_histogram(Labels labels, const DurationHistogram& histogram,
                         const Exemplars* exemplars);
    void append(const Exemplar& exemplar);

    Format format_;
    std::string name_;
    std::string text_;
};

}  // namespace mettle
