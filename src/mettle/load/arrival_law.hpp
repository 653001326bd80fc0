#pragma once

// How the arrivals of an open load are spaced around their mean rate. A value; what it means in
// moments is ArrivalSchedule's.

#include "mettle/base/units.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mettle::load {

struct ArrivalLaw {
    enum class Gaps : std::uint8_t {
        constant,  // Equal.
        poisson,   // Exponential: how independent users arrive.
        gamma,     // Gamma-distributed; `cv` above 1 makes clusters, below 1 a beat.
    };

    static const ArrivalLaw constant, poisson;
    static ArrivalLaw gamma(double cv);

    bool operator==(const ArrivalLaw&) const = default;
    bool has_bursts() const { return on > Duration::zero(); }
    std::string to_string() const;  // As parse_arrival_law() reads it back.

    Gaps gaps = Gaps::constant;
    double cv = 0;  // Coefficient of variation of gamma's gaps: deviation over mean.
    // All arrivals of `on + off` come within `on`, and then none. Zero: no bursts.
    Duration on = Duration::zero();
    Duration off = Duration::zero();
};

inline constexpr ArrivalLaw ArrivalLaw::constant{};
inline constexpr ArrivalLaw ArrivalLaw::poisson{Gaps::poisson};

// "constant", "poisson", "gamma:2", "burst:on=1s,off=4s" and "burst:on=1s,off=4s,law=poisson".
Result<ArrivalLaw> parse_arrival_law(std::string_view text);

}  // namespace mettle::load
