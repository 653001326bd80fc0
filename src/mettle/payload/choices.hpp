#pragma once

#include <cstdint>

namespace mettle::payload {

// The random choices of one made value, SplitMix64: the same on every machine.
class Choices {
public:
    explicit Choices(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t bits = state_;
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return bits ^ (bits >> 31);
    }
    // From 0 to `count` - 1. REQUIRES: count > 0.
    std::uint64_t below(std::uint64_t count) { return next() % count; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + (most == UINT64_MAX && least == 0 ? next() : below(most - least + 1));
    }
    double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }  // In [0, 1).
    bool chance(double share) { return unit() < share; }

private:
    std::uint64_t state_;
};

}  // namespace mettle::payload
