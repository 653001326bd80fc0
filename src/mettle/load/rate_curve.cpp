#include "mettle/load/rate_curve.hpp"

#include "mettle/base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mettle::load {

namespace {

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

RateCurve RateCurve::constant(double per_second) {
    METTLE_ASSERT(per_second > 0);
    RateCurve curve;
    curve.add(0, per_second, 0);
    return curve;
}

RateCurve RateCurve::bursts(double mean, Duration on, Duration off) {
    METTLE_ASSERT(mean > 0 && on > Duration::zero() && off > Duration::zero());
    RateCurve curve;
    curve.period_s_ = seconds(on + off);
    curve.area_of_period_ = mean * curve.period_s_;
    curve.add(0, curve.area_of_period_ / seconds(on), 0);
    curve.add(seconds(on), 0, 0);
    return curve;
}

RateCurve RateCurve::stages(const LoadShape& shape) {
    RateCurve curve;
    double end_s = 0, last = 0;
    for (const LoadShape::Line& line : shape.lines()) {
        const double length_s = line.to_s - line.from_s;
        if (length_s > 0) curve.add(line.from_s, line.from, (line.to - line.from) / length_s);
        end_s = line.to_s;
        last = line.to;
    }
    curve.add(end_s, last, 0);
    return curve;
}

void RateCurve::add(double from_s, double rate, double slope) {
    pieces_.push_back({from_s, pieces_.empty() ? 0 : area_until(from_s), rate, slope});
}

double RateCurve::moment_of(double area) const {
    METTLE_ASSERT(area >= 0);
    if (period_s_ == 0) return within(area);
    const double periods = std::floor(area / area_of_period_);
    const double rest = std::max(0.0, area - periods * area_of_period_);
    // Rounding may leave a rest that is a whole period: that is the next one's beginning.
    if (rest >= area_of_period_) return (periods + 1) * period_s_;
    return periods * period_s_ + within(rest);
}

double RateCurve::within(double area) const {
    // The last piece that begins with no more: of those without a rate, the one behind them.
    const auto next = std::ranges::upper_bound(pieces_, area, {}, &Piece::area);
    const Piece& piece = *std::prev(next);
    const double rest = area - piece.area;
    if (rest <= 0 && (piece.rate > 0 || piece.slope > 0)) return piece.from_s;
    // rate·t + slope·t²/2 = rest, in the form that does not cancel where the slope is small.
    const double root = std::sqrt(std::max(0.0, piece.rate * piece.rate + 2 * piece.slope * rest));
    if (piece.rate + root <= 0) return std::numeric_limits<double>::infinity();
    const double moment_s = piece.from_s + 2 * rest / (piece.rate + root);
    return next == pieces_.end() ? moment_s : std::min(moment_s, next->from_s);
}

double RateCurve::area_until(double at_s) const {
    double area = 0;
    if (period_s_ > 0 && pieces_.size() > 1) {
        const double periods = std::floor(at_s / period_s_);
        area = periods * area_of_period_;
        at_s -= periods * period_s_;
    }
    const auto next = std::ranges::upper_bound(pieces_, at_s, {}, &Piece::from_s);
    if (next == pieces_.begin()) return area;
    const Piece& piece = *std::prev(next);
    const double length_s = at_s - piece.from_s;
    return area + piece.area + (piece.rate + piece.slope * length_s / 2) * length_s;
}

}  // namespace mettle::load
