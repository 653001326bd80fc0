#pragma once

#include "mettle/base/random.hpp"

#include <cmath>
#include <cstdint>

namespace mettle::load {

// SplitMix64: 8 bytes of state, so that each of 100,000 users can have a sequence of its own, and
// the same numbers on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        const std::uint64_t bits = mix(state_);
        state_ += kMixStep;
        return bits;
    }
    double uniform() { return to_unit(next()); }              // In [0, 1).
    double exponential() { return -std::log1p(-uniform()); }  // Mean 1.

private:
    std::uint64_t state_;
};

}  // namespace mettle::load
