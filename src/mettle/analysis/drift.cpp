#include "mettle/analysis/drift.hpp"

#include "mettle/base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace mettle::analysis {
namespace {

constexpr std::size_t kLeastSamples = 8, kMostWindows = 24;

struct Point {
    double t, value;
};

std::vector<Point> finite_ones(std::span<const double> t_s, std::span<const double> values) {
    std::vector<Point> points;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (std::isfinite(values[i])) points.push_back({t_s[i], values[i]});
    }
    return points;
}

std::vector<Point> windows_of(const std::vector<Point>& points) {
    const std::size_t count = std::min(points.size(), kMostWindows);
    std::vector<Point> windows;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t from = i * points.size() / count;
        const std::size_t to = (i + 1) * points.size() / count;
        Point mean{0, 0};
        for (std::size_t at = from; at < to; ++at) {
            mean.t += points[at].t;
            mean.value += points[at].value;
        }
        const auto size = static_cast<double>(to - from);
        windows.push_back({mean.t / size, mean.value / size});
    }
    return windows;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

double median_slope(std::span<const Point> points) {
    std::vector<double> slopes;
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t j = i + 1; j < points.size(); ++j) {
            if (points[j].t > points[i].t)
                slopes.push_back((points[j].value - points[i].value) / (points[j].t - points[i].t));
        }
    }
    return slopes.empty() ? 0 : median(std::move(slopes));
}

// S, normal for eight points or more, with its variance corrected for ties.
double p_of_no_rise(std::span<const Point> points) {
    double s = 0;
    std::vector<double> sorted;
    for (std::size_t i = 0; i < points.size(); ++i) {
        sorted.push_back(points[i].value);
        for (std::size_t j = i + 1; j < points.size(); ++j)
            s += (points[j].value > points[i].value) - (points[j].value < points[i].value);
    }
    const auto spread = [](double n) { return n * (n - 1) * (2 * n + 5) / 18; };
    double variance = spread(static_cast<double>(points.size()));
    std::ranges::sort(sorted);
    for (auto at = sorted.begin(); at != sorted.end();) {
        const auto next = std::upper_bound(at, sorted.end(), *at);
        variance -= spread(static_cast<double>(next - at));
        at = next;
    }
    if (variance <= 0 || s <= 0) return 1;
    return 0.5 * std::erfc((s - 1) / std::sqrt(variance) / std::numbers::sqrt2);
}

}  // namespace

std::optional<Drift> drift_of(std::span<const double> t_s, std::span<const double> values) {
    METTLE_ASSERT(t_s.size() == values.size());
    const auto points = finite_ones(t_s, values);
    if (points.size() < kLeastSamples || points.back().t <= points.front().t) return {};
    const auto windows = windows_of(points);
    Drift drift;
    drift.windows = windows.size();
    drift.per_s = median_slope(windows);
    drift.p_value = p_of_no_rise(windows);
    std::vector<double> starts;
    for (const Point& each : windows) starts.push_back(each.value - drift.per_s * each.t);
    const double start = median(std::move(starts));
    drift.before = start + drift.per_s * windows.front().t;
    drift.after = start + drift.per_s * windows.back().t;
    const double late = median_slope(std::span(windows).subspan(windows.size() / 2));
    drift.late_share = drift.per_s > 0 ? late / drift.per_s : 0;
    return drift;
}

bool grows(const Drift& drift, const DriftLimit& limit) {
    return drift.growth() > limit.least &&
           drift.growth() > limit.least_share * std::abs(drift.before) &&
           drift.p_value < limit.significance && drift.late_share >= limit.late_share;
}

}  // namespace mettle::analysis
