#include "mettle/results/percentile_table.hpp"

#include <fmt/format.h>

#include <cmath>

namespace mettle::results {

namespace {

constexpr double kStepsToHalf = 5;  // HdrHistogram's own default.
constexpr double kUsPerMs = 1e3;

// As many steps again for each half of what is left.
double next_share(double share) {
    const double halves = std::floor(std::log2(1 / (1 - share))) + 1;
    return share + 1 / (kStepsToHalf * std::exp2(halves));
}

std::string row(const Histogram& histogram, double share) {
    const std::int64_t us = histogram.quantile(share);
    const std::string text =
        fmt::format("{:12.3f} {:14.12f} {:10}", static_cast<double>(us) / kUsPerMs, share,
                    histogram.count_at_or_below(us));
    return share < 1 ? fmt::format("{} {:14.2f}\n", text, 1 / (1 - share)) : text + "\n";
}

}  // namespace

std::string to_percentile_table(const Histogram& histogram) {
    std::string text = fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile",
                                   "TotalCount", "1/(1-Percentile)");
    for (double share = 0; histogram.count() > 0; share = next_share(share)) {
        text += row(histogram, share);
        if (histogram.count_at_or_below(histogram.quantile(share)) == histogram.count()) break;
    }
    if (histogram.count() > 0) text += row(histogram, 1);
    text += fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n",
                        histogram.mean() / kUsPerMs, histogram.standard_deviation() / kUsPerMs);
    text += fmt::format("#[Max     = {:12.3f}, Total count    = {:12}]\n",
                        static_cast<double>(histogram.max()) / kUsPerMs, histogram.count());
    return text + "#[Buckets =           22, SubBuckets     =         2048]\n";
}

}  // namespace mettle::results
