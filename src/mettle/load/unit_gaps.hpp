#pragma once

#include "mettle/load/arrival_law.hpp"
#include "mettle/load/random.hpp"

namespace mettle::load {

// The gaps between arrivals whose mean is 1, one after another: independent of each other, and the
// same on every machine for one seed. Those of std:: differ from library to library.
class UnitGaps {
public:
    UnitGaps(const ArrivalLaw& law, std::uint64_t seed);

    double next();

private:
    double normal();
    double gamma(double shape);

    ArrivalLaw::Gaps gaps_;
    double shape_ = 1;  // Of gamma: 1 / cv².
    Random random_;
};

}  // namespace mettle::load
