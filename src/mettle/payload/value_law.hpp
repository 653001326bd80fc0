#pragma once

// What stands in a tensor: a law of values, by input with --values 'INPUT:LAW'.
//
//   uniform(a,b)   floats in [a, b), whole numbers from a to b
//   normal(m,s)    mean and deviation; whole numbers rounded and kept within their type
//   zipf(n,s)      0 .. n-1, number k as often as 1/(k+1)^s: categories, user ids, words
//   onehot         a 1 in each last dimension, else 0
//   tokens(v)      whole numbers from 0 to v-1: ids of a vocabulary
//   zeros, ones, constant(x)
//   noise          audio: white, floats in [-1, 1), integers over all of their type
//   text(n)        BYTES: n letters and spaces
//
// Nothing given: floats uniform in [0, 1), integers from 0 to 9, booleans, short words.

#include "mettle/base/random.hpp"
#include "mettle/tensor/signature.hpp"
#include "mettle/tensor/tensor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::payload {

class ValueLaw {
public:
    static constexpr std::uint64_t kMostRanks = 1'000'000;

    static Result<ValueLaw> parse(std::string_view text);

    // Why it cannot fill such an input: "onehot is for numbers, and text BYTES[1] is not".
    std::optional<std::string> misfit(const TensorSpec& input) const;

    // REQUIRES: no misfit, a concrete shape
    Tensor make(const TensorSpec& input, std::uint64_t seed) const;

    const std::string& text() const { return text_; }

private:
    enum class Kind : std::uint8_t { uniform, normal, zipf, onehot, constant, noise, text };

    double next(RandomStream& random, DataType type) const;

    Kind kind_ = Kind::constant;
    double first_ = 0, second_ = 0;
    bool whole_ = false;                               // tokens(): whole numbers for floats, too.
    std::shared_ptr<const std::vector<double>> sums_;  // Of a zipf, by rank.
    std::string text_;
};

// Writes `value` as an element of `type`: whole numbers rounded to the nearest and kept within the
// type, booleans true where it is not 0. REQUIRES: not BYTES, not NaN for whole numbers
void put_number(std::byte* to, DataType type, double value);

}  // namespace mettle::payload
