#include "mettle/load/unit_gaps.hpp"

#include <cmath>

namespace mettle::load {

UnitGaps::UnitGaps(const ArrivalLaw& law, std::uint64_t seed) : gaps_(law.gaps), random_(seed) {
    if (gaps_ == ArrivalLaw::Gaps::gamma) shape_ = 1 / (law.cv * law.cv);
}

double UnitGaps::next() {
    switch (gaps_) {
        case ArrivalLaw::Gaps::constant:
            return 1;
        case ArrivalLaw::Gaps::poisson:
            return random_.exponential();
        case ArrivalLaw::Gaps::gamma:
            // Mean shape × scale = 1, coefficient of variation 1 / sqrt(shape).
            return gamma(shape_) / shape_;
    }
    return 1;
}

// Marsaglia's polar method, without keeping the second number.
double UnitGaps::normal() {
    for (;;) {
        const double x = 2 * random_.uniform() - 1;
        const double y = 2 * random_.uniform() - 1;
        const double square = x * x + y * y;
        if (square > 0 && square < 1) return x * std::sqrt(-2 * std::log(square) / square);
    }
}

// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", 2000: exact, and
// at least 95 % of the tries are taken.
double UnitGaps::gamma(double shape) {
    if (shape < 1) {
        // Gamma(shape + 1) × U^(1 / shape) has shape `shape`.
        const double uniform = 1 - random_.uniform();  // In (0, 1].
        return gamma(shape + 1) * std::pow(uniform, 1 / shape);
    }
    const double d = shape - 1.0 / 3;
    const double c = 1 / std::sqrt(9 * d);
    for (;;) {
        const double x = normal();
        const double root = 1 + c * x;
        if (root <= 0) continue;
        const double v = root * root * root;
        const double uniform = 1 - random_.uniform();
        if (std::log(uniform) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
}

}  // namespace mettle::load
