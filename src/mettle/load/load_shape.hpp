#pragma once

#include "mettle/base/units.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::load {

// How many users, or which rate, a load has over time: straight lines between points, with jumps
// where a line has no length. Pure and immutable; moments are offsets from the start of the load.
class LoadShape {
public:
    static constexpr std::int64_t kNever = INT64_MAX;

    // All from the start, for ever.
    static LoadShape constant(double value);
    // One after another at `per_second`, then all for ever. REQUIRES: per_second > 0
    static LoadShape ramp(double value, double per_second);

    // From the last value to `value` in `length`. Zero: a jump.
    LoadShape& line_to(double value, Duration length);
    // `mean` + `amplitude` × sin, from its middle upwards; in `steps_a_period` straight pieces.
    LoadShape& sine(double mean, double amplitude, Duration period, Duration length);
    // The statistics of what follows, up to the next name, are a step of their own.
    LoadShape& name(std::string step);

    struct Step {
        std::string name;
        Duration from, to;
    };

    double value_at(Duration moment) const;
    double largest() const;
    // The end of the last line. A shape made by constant() or ramp() has none.
    Duration length() const;
    std::vector<Step> steps() const;

    // From `from` at second `from_s` to `to` at `to_s`, the one after the other.
    struct Line {
        double from_s, to_s;
        double from, to;
    };
    const std::vector<Line>& lines() const { return lines_; }

    // The first moment from `from_ns` on at which the value is above `level`; or not above.
    std::int64_t rises_above(double level, std::int64_t from_ns) const;
    std::int64_t falls_to(double level, std::int64_t from_ns) const;

private:
    std::int64_t first_moment(double level, bool above, std::int64_t from_ns) const;

    std::vector<Line> lines_;
    std::vector<std::pair<std::string, double>> names_;  // And the second from which they count.
    bool endless_ = false;
};

// "10s:50,1m:200": to 50 within 10 s, then to 200 within a minute. "30s:=50" jumps to 50 and stays
// there for 30 s. Each part is a step of the statistics: "0 to 50 users", "50 users".
// `start` is the value before the first part.
Result<LoadShape> parse_stages(std::string_view text, std::string_view unit, double start = 0);

}  // namespace mettle::load
