#pragma once

#include <cmath>
#include <cstdint>

namespace mettle::load {

// SplitMix64: 8 bytes of state, so that each of 100,000 users can have a sequence of its own, and
// the same numbers on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t bits = state_;
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return bits ^ (bits >> 31);
    }
    double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }  // In [0, 1).
    double exponential() { return -std::log1p(-uniform()); }                  // Mean 1.

private:
    std::uint64_t state_;
};

}  // namespace mettle::load
