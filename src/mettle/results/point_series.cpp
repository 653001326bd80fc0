#include "mettle/results/point_series.hpp"

#include <algorithm>

namespace mettle::results {

namespace {

// std::optional's own order has nothing below every value.
template <typename T>
void take_larger(T& into, const T& later) {
    into = std::max(into, later);
}

// From the end of the point before it, or the start of the run.
double length_s(const std::vector<SeriesPoint>& points, std::size_t at) {
    return points[at].t_s - (at > 0 ? points[at - 1].t_s : 0);
}

}  // namespace

PointSeries::PointSeries(std::vector<SeriesPoint>& points, std::size_t most)
    : points_(points), most_(most) {
    // Address space only; and a vector that grows by copies would leave its old ones behind.
    points_.reserve(most_);
}

void PointSeries::add(const SeriesPoint& second) {
    if (in_point_ > 0 && in_point_ < per_point_) {
        join(points_.back(), length_s(points_, points_.size() - 1), second);
        ++in_point_;
        return;
    }
    if (points_.size() >= most_) halve();
    points_.push_back(second);
    in_point_ = 1;
}

// Points 2n and 2n + 1 become point n. The last of an odd number stays half as long as the others.
void PointSeries::halve() {
    const std::vector<SeriesPoint>& all = points_;
    double before_s = 0;  // The end of the last point that was joined: its place has been reused.
    std::size_t to = 0;
    for (std::size_t from = 0; from < all.size(); from += 2) {
        SeriesPoint point = all[from];
        if (from + 1 < all.size()) join(point, point.t_s - before_s, all[from + 1]);
        before_s = point.t_s;
        points_[to++] = point;
    }
    points_.resize(to);
    per_point_ *= 2;
}

void join(SeriesPoint& into, double into_s, const SeriesPoint& later) {
    const double later_s = later.t_s - into.t_s;
    const double all_s = into_s + later_s;
    const auto mean = [&](double first, double second) {
        return all_s > 0 ? (first * into_s + second * later_s) / all_s : second;
    };
    into.t_s = later.t_s;
    into.rps = mean(into.rps, later.rps);
    into.failures = mean(into.failures, later.failures);
    into.cpu = mean(into.cpu, later.cpu);
    if (into.target_cpu && later.target_cpu)
        into.target_cpu = mean(*into.target_cpu, *later.target_cpu);
    else if (later.target_cpu)
        into.target_cpu = later.target_cpu;
    into.users = later.users;
    take_larger(into.p50_ms, later.p50_ms);
    take_larger(into.p95_ms, later.p95_ms);
    take_larger(into.p99_ms, later.p99_ms);
    take_larger(into.in_flight, later.in_flight);
    take_larger(into.rss_bytes, later.rss_bytes);
    take_larger(into.target_rss_bytes, later.target_rss_bytes);
}

}  // namespace mettle::results
