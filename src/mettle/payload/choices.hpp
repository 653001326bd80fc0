#pragma once

#include "mettle/base/random.hpp"

#include <cstdint>

namespace mettle::payload {

// The random choices of one made value, SplitMix64: the same on every machine.
class Choices {
public:
    explicit Choices(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        const std::uint64_t bits = mix(state_);
        state_ += kMixStep;
        return bits;
    }
    // From 0 to `count` - 1. REQUIRES: count > 0.
    std::uint64_t below(std::uint64_t count) { return next() % count; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + (most == UINT64_MAX && least == 0 ? next() : below(most - least + 1));
    }
    double unit() { return to_unit(next()); }  // In [0, 1).
    bool chance(double share) { return unit() < share; }

private:
    std::uint64_t state_;
};

}  // namespace mettle::payload
