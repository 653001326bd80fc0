#include "mettle/load/load_shape.hpp"

#include "mettle/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mettle::load {

namespace {

constexpr double kMostSeconds = 9e9;  // In ns, short of what 64 bits hold.
constexpr int kPiecesOfAPeriod = 48;
constexpr std::size_t kMostLines = 100'000;
constexpr double kMargin = 1e-6;  // Users; a crossing is not met to the last bit.
constexpr std::size_t kMostStages = 1'000;

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

std::int64_t to_ns(double seconds) {
    return std::llround(std::min(seconds, kMostSeconds) * 1e9);
}

}  // namespace

LoadShape LoadShape::constant(double value) {
    LoadShape shape;
    shape.lines_.push_back({0, 0, value, value});
    shape.endless_ = true;
    return shape;
}

LoadShape LoadShape::ramp(double value, double per_second) {
    METTLE_ASSERT(per_second > 0);
    LoadShape shape;
    shape.lines_.push_back({0, std::min(value / per_second, kMostSeconds), 0, value});
    shape.endless_ = true;
    return shape;
}

LoadShape& LoadShape::line_to(double value, Duration length) {
    const double at = lines_.empty() ? 0 : lines_.back().to_s;
    const double from = lines_.empty() ? 0 : lines_.back().to;
    lines_.push_back({at, at + seconds(length), from, value});
    return *this;
}

LoadShape& LoadShape::sine(double mean, double amplitude, Duration period, Duration length) {
    METTLE_ASSERT(period > Duration::zero());
    line_to(mean, Duration::zero());
    const double piece_s = seconds(period) / kPiecesOfAPeriod;
    const double wanted = std::ceil(seconds(length) / piece_s);
    const auto pieces = static_cast<std::size_t>(std::min(wanted, double{kMostLines}));
    for (std::size_t piece = 1; piece <= pieces; ++piece) {
        const double at_s =
            seconds(length) * static_cast<double>(piece) / static_cast<double>(pieces);
        const double before_s =
            seconds(length) * static_cast<double>(piece - 1) / static_cast<double>(pieces);
        const double phase = 2 * std::numbers::pi * at_s / seconds(period);
        line_to(std::max(0.0, mean + amplitude * std::sin(phase)),
                Duration(to_ns(at_s) - to_ns(before_s)));
    }
    return *this;
}

LoadShape& LoadShape::name(std::string step) {
    names_.emplace_back(std::move(step), lines_.empty() ? 0 : lines_.back().to_s);
    return *this;
}

double LoadShape::value_at(Duration moment) const {
    const double at = seconds(moment);
    double value = 0;
    for (const Line& line : lines_) {
        if (line.from_s > at) break;
        if (at >= line.to_s)
            value = line.to;
        else
            value =
                line.from + (line.to - line.from) * (at - line.from_s) / (line.to_s - line.from_s);
    }
    return value;
}

double LoadShape::largest() const {
    double most = 0;
    for (const Line& line : lines_) most = std::max({most, line.from, line.to});
    return most;
}

Duration LoadShape::length() const {
    if (endless_ || lines_.empty()) return Duration::max();
    return Duration(to_ns(lines_.back().to_s));
}

std::vector<LoadShape::Step> LoadShape::steps() const {
    std::vector<Step> steps;
    for (const auto& [name, from_s] : names_) {
        if (!steps.empty()) steps.back().to = Duration(to_ns(from_s));
        steps.push_back({name, Duration(to_ns(from_s)), length()});
    }
    return steps;
}

std::int64_t LoadShape::first_moment(double level, bool above, std::int64_t from_ns) const {
    const auto holds = [&](double value) { return (value > level) == above; };
    const double from_s = static_cast<double>(from_ns) * 1e-9;
    if (lines_.empty()) return kNever;
    // Starting after the last line that ends before: the shape is long, the moments grow.
    auto line =
        std::ranges::partition_point(lines_, [&](const Line& each) { return each.to_s < from_s; });
    if (line == lines_.end()) return holds(lines_.back().to) ? from_ns : kNever;
    for (; line != lines_.end(); ++line) {
        const double length_s = line->to_s - line->from_s;
        const double begin_s = std::max(line->from_s, from_s);
        const double begin = length_s > 0 ? line->from + (line->to - line->from) *
                                                             (begin_s - line->from_s) / length_s
                                          : line->to;
        const bool over = line->to_s <= begin_s && line + 1 != lines_.end();
        if (over) continue;  // Another line begins at once: that one counts.
        // A line that has just crossed the level goes on to the other side.
        const bool rises = line->to > line->from;
        const double margin = rises == above ? 0 : kMargin;
        if (above ? begin > level + margin : begin <= level - margin)
            return std::max(from_ns, to_ns(begin_s));
        if (length_s <= 0 || line->to == line->from) continue;
        // A rising line is above the level just behind the crossing: users begin on it.
        const double cross_s =
            line->from_s + length_s * (level - line->from) / (line->to - line->from);
        if (rises == above && cross_s >= begin_s && cross_s < line->to_s)
            return std::max(from_ns, to_ns(cross_s));
        if (holds(line->to) && line + 1 == lines_.end())
            return std::max(from_ns, to_ns(line->to_s));
    }
    return kNever;
}

std::int64_t LoadShape::rises_above(double level, std::int64_t from_ns) const {
    return first_moment(level, true, from_ns);
}

std::int64_t LoadShape::falls_to(double level, std::int64_t from_ns) const {
    return first_moment(level, false, from_ns);
}

Result<LoadShape> parse_stages(std::string_view text, std::string_view unit, double start) {
    const auto bad = [&](std::string_view part, std::string_view why) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("stage '{}': {}; write LENGTH:VALUE as 10s:50,1m:200, or "
                                "LENGTH:=VALUE to jump",
                                part, why));
    };
    LoadShape shape;
    if (start > 0) shape.line_to(start, Duration::zero());
    double last = start;
    std::size_t count = 0;
    for (std::string_view rest = text;;) {
        const auto comma = rest.find(',');
        const std::string_view part = rest.substr(0, comma);
        const auto colon = part.find(':');
        if (colon == std::string_view::npos) return bad(part, "there is no ':'");
        const auto length = parse_duration(part.substr(0, colon));
        if (!length) return bad(part, length.error().message);
        const bool jump = part.substr(colon + 1).starts_with('=');
        const auto value = parse_number(part.substr(colon + (jump ? 2 : 1)));
        if (!value) return bad(part, value.error().message);
        if (*value < 0 || *value > 1e7) return bad(part, "it is not between 0 and 10 million");
        const bool flat = jump || *value == last;
        shape.name(flat ? fmt::format("{} {}", *value, unit)
                        : fmt::format("{} to {} {}", last, *value, unit));
        if (jump) shape.line_to(*value, Duration::zero());
        shape.line_to(*value, *length);
        last = *value;
        if (++count > kMostStages) return bad(part, "more than 1,000 stages");
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    if (shape.length() == Duration::zero()) return bad(text, "all stages together have no length");
    return shape;
}

}  // namespace mettle::load
