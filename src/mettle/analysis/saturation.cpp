#include "mettle/analysis/saturation.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace mettle::analysis {
namespace {

constexpr double kFull = 0.9;
// A line from points that end below this says nothing about where it ends.
constexpr double kLeastUsed = 0.02;

constexpr double kLeastGrown = 0.2;
constexpr double kLeastConfidence = 0.1;

struct Point {
    double rate, used;
};

struct Line {
    double start = 0, slope = 0, r_squared = 0;
};

// Through the origin where the intercept would be negative: nothing uses less than nothing. So,
// too, from one rate alone. A slope of 0 where it does not grow.
Line fit(std::span<const Point> points) {
    const auto n = static_cast<double>(points.size());
    double x = 0, y = 0, xx = 0, xy = 0;
    for (const Point& point : points) {
        x += point.rate;
        y += point.used;
        xx += point.rate * point.rate;
        xy += point.rate * point.used;
    }
    Line line;
    const double spread = n * xx - x * x;
    if (points.size() >= 2 && spread > 1e-9 * xx * n) {
        line.slope = (n * xy - x * y) / spread;
        line.start = (y - line.slope * x) / n;
        if (line.slope <= 0) return {};
    }
    if (line.slope <= 0 || line.start < 0) {
        line.start = 0;
        line.slope = xx > 0 ? xy / xx : 0;
    }
    double off = 0, all = 0;
    for (const Point& point : points) {
        const double error = point.used - line.start - line.slope * point.rate;
        off += error * error;
        all += (point.used - y / n) * (point.used - y / n);
    }
    // Points that are all alike say nothing about the slope.
    line.r_squared = all > 0 ? std::clamp(1 - off / all, 0.0, 1.0) : 0;
    return line;
}

std::optional<Saturation> saturation_of(std::string name, std::string unit, double limit,
                                        std::vector<Point> points) {
    if (points.empty() || limit <= 0) return {};
    const Point most = *std::ranges::max_element(points, {}, &Point::used);
    if (most.used < kLeastUsed * limit) return {};
    Saturation found{std::move(name), std::move(unit), limit, most.used, most.rate};
    const Line line = fit(points);
    // What others use anyway is not filled by this load.
    if (line.slope * most.rate < kLeastGrown * most.used) return {};
    found.per_request = line.slope;
    found.seen = most.used >= kFull * limit;
    if (found.seen) {
        double least = most.rate;
        for (const Point& point : points) {
            if (point.used >= kFull * limit) least = std::min(least, point.rate);
        }
        found.full_at_rps = least;
        found.confidence = 0.95;
        return found;
    }
    found.full_at_rps = std::max(most.rate, (limit - line.start) / line.slope);
    // Two points always lie on a line.
    const double trust = points.size() >= 3 ? line.r_squared : 0.5;
    found.confidence = trust * std::min(1.0, most.used / (kFull * limit));
    if (found.confidence < kLeastConfidence) return {};
    return found;
}

template <typename Used>
std::vector<Point> points_of(std::span<const LoadPicture> pictures, const Used& used) {
    std::vector<Point> points;
    for (const LoadPicture& picture : pictures) {
        const std::optional<double> value = used(picture);
        if (value && picture.rate_rps > 0) points.push_back({picture.rate_rps, *value});
    }
    return points;
}

double most_of(std::span<const LoadPicture> pictures, double LoadPicture::* field) {
    double most = 0;
    for (const LoadPicture& picture : pictures) most = std::max(most, picture.*field);
    return most;
}

std::optional<double> where_seen(double value, double limit) {
    return limit > 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string Saturation::sentence() const {
    const bool cores = unit == "cores";
    const std::string amount = cores ? fmt::format("{:.2f} of {:g} cores", used, limit)
                                     : fmt::format("{:.0f} %", used / limit * 100);
    if (seen)
        return fmt::format("{} is full at {} rps: {} in use", resource, format_rate(full_at_rps),
                           amount);
    return fmt::format("{} would be full at some {} rps: {} at {} rps (confidence {:.0f} %)",
                       resource, format_rate(std::round(full_at_rps)), amount,
                       format_rate(std::round(used_at_rps)), confidence * 100);
}

std::vector<Saturation> order_of_saturation(std::span<const LoadPicture> pictures) {
    using Picture = const LoadPicture&;
    std::array<std::optional<Saturation>, 6> all = {
        saturation_of("CPU of the target", "cores", most_of(pictures, &LoadPicture::target_cores),
                      points_of(pictures, [](Picture seen) { return seen.target_cpu; })),
        saturation_of(
            "CPU of the load generator", "cores", most_of(pictures, &LoadPicture::generator_cores),
            points_of(pictures, [](Picture seen) { return std::optional(seen.generator_cpu); })),
        saturation_of(
            "CPU of the host", "cores", most_of(pictures, &LoadPicture::host_cores),
            points_of(pictures,
                      [](Picture seen) { return where_seen(seen.host_cpu, seen.host_cores); })),
        saturation_of("GPU", "share", 1,
                      points_of(pictures, [](Picture seen) { return seen.gpu; })),
        saturation_of("memory of the target's group", "share", 1,
                      points_of(pictures, [](Picture seen) { return seen.memory_of_limit; })),
        saturation_of("disk", "share", 1,
                      points_of(pictures, [](Picture seen) { return seen.disk_busy; }))};
    std::vector<Saturation> order;
    for (auto& each : all) {
        if (each) order.push_back(std::move(*each));
    }
    // What was seen comes before what is only drawn out to the same rate.
    std::ranges::sort(order, [](const Saturation& one, const Saturation& other) {
        if (one.seen != other.seen) return one.seen;
        if (one.full_at_rps != other.full_at_rps) return one.full_at_rps < other.full_at_rps;
        return one.resource < other.resource;
    });
    return order;
}

}  // namespace mettle::analysis
