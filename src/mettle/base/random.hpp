#pragma once

// Random numbers that depend on where they are used and on nothing else: the same on every machine,
// for the same seed.

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace mettle {

// SplitMix64: a good 64-bit number from each state; a sequence adds kMixStep to it each time.
constexpr std::uint64_t kMixStep = 0x9e3779b97f4a7c15;
inline std::uint64_t mix(std::uint64_t state) {
    state += kMixStep;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
    return state ^ (state >> 31);
}

inline double to_unit(std::uint64_t random) {
    return static_cast<double>(random >> 11) * 0x1p-53;  // In [0, 1).
}

// FNV-1a, for streams of their own by name.
inline std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char character : text)
        hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3;
    return hash;
}

class RandomStream {
public:
    explicit RandomStream(std::uint64_t seed) : state_(mix(seed)) {}

    std::uint64_t next() { return mix(state_++); }
    double unit() { return to_unit(next()); }
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }  // REQUIRES: bound > 0
    double normal() {  // Box-Muller; the second of a pair is not kept, so that each costs two.
        const double radius = std::sqrt(-2 * std::log(1 - unit()));
        return radius * std::cos(2 * std::numbers::pi * unit());
    }

private:
    std::uint64_t state_;
};

}  // namespace mettle
