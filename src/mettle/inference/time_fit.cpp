#include "mettle/inference/time_fit.hpp"

#include <algorithm>
#include <bit>
#include <vector>

namespace mettle {

namespace {

// A class without a run among so many latest ones was measured in another state of the machine.
constexpr std::uint64_t kStale = 512;

std::size_t class_of(std::int64_t rows, std::size_t classes) {
    const auto width =
        std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(rows, 1) - 1));
    return std::min(static_cast<std::size_t>(width), classes - 1);
}

double median(std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

Duration to_duration(double ns) {
    return Duration(static_cast<std::int64_t>(std::max(ns, 0.0)));
}

}  // namespace

TimeFit::TimeFit(const TimeModel& measured) : model_(measured) {
    for (const std::int64_t rows : {1, 32}) {
        Class& runs = classes_[class_of(rows, kClasses)];
        runs.rows[0] = rows;
        runs.ns[0] = measured.predict(rows).count();
        runs.count = 1;
    }
}

bool TimeFit::add(std::int64_t rows, Duration took) {
    Class& runs = classes_[class_of(rows, kClasses)];
    const std::size_t at = runs.count++ % kRemembered;
    runs.rows[at] = rows;
    runs.ns[at] = took.count();
    runs.last = ++runs_;
    if (runs_ % kPerFit != 0) return false;
    fit();
    return true;
}

TimeFit::Point TimeFit::point_of(const Class& runs) {
    const std::size_t count = std::min(runs.count, kRemembered);
    double rows = 0;
    for (std::size_t at = 0; at < count; ++at) rows += static_cast<double>(runs.rows[at]);
    std::vector<double> times(runs.ns.begin(),
                              runs.ns.begin() + static_cast<std::ptrdiff_t>(count));
    return {rows / static_cast<double>(count), median(times)};
}

void TimeFit::fit() {
    std::vector<Point> points;
    for (const Class& runs : classes_)
        if (runs.count > 0 && runs.last + kStale >= runs_) points.push_back(point_of(runs));
    if (points.size() == 1) {
        // Runs of one size say nothing about the slope: the line that was, made to go through them.
        const double was = static_cast<double>(model_.fixed.count()) +
                           static_cast<double>(model_.per_row.count()) * points[0].rows;
        if (was <= 0) return;
        const double factor = points[0].ns / was;
        model_ = {to_duration(factor * static_cast<double>(model_.fixed.count())),
                  to_duration(factor * static_cast<double>(model_.per_row.count()))};
        return;
    }
    std::vector<double> slopes, starts;
    for (std::size_t one = 0; one < points.size(); ++one)
        for (std::size_t other = one + 1; other < points.size(); ++other)
            slopes.push_back((points[other].ns - points[one].ns) /
                             (points[other].rows - points[one].rows));
    const double slope = std::max(median(slopes), 0.0);
    for (const Point& point : points) starts.push_back(point.ns - slope * point.rows);
    model_ = {to_duration(median(starts)), to_duration(slope)};
}

}  // namespace mettle
