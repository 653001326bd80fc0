#pragma once

// How large: rows of a batch, a free dimension, tokens of a prompt. A law of whole numbers.
//
//   8                          always 8
//   1..512                     uniform
//   choice(1*8,8*2)            1 in 8 of 10 cases, 8 in the other 2; a weight may be left out
//   lognormal(p50=64,p99=512)  by its median and 99th percentile
//   normal(64,16)              mean and deviation
//   trace(FILE)                the file's numbers in turn, one a line

#include "mettle/base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::payload {

class SizeLaw {
public:
    static constexpr std::int64_t kMost = 1'000'000'000;

    SizeLaw() = default;  // Always 1.
    static SizeLaw fixed(std::int64_t size);

    // Whole numbers from `least` to kMost. Errors say what would be right.
    using ReadFile = std::function<Result<std::string>(const std::string& path)>;
    static Result<SizeLaw> parse(std::string_view text, std::int64_t least = 0,
                                 const ReadFile& read_file = {});

    // The size of payload `index`, the same for the same law, seed and index: dimensions under the
    // same law agree within a request.
    std::int64_t at(std::uint64_t seed, std::uint64_t index) const;

    bool is_fixed() const { return kind_ == Kind::fixed; }
    std::int64_t most() const;  // That it gives; a bound where there is one, else kMost.
    const std::string& text() const { return text_; }

private:
    enum class Kind : std::uint8_t { fixed, uniform, choice, lognormal, normal, trace };

    static Result<SizeLaw> parse_law(std::string_view text, const ReadFile& read_file);
    Result<void> take_choices(const std::vector<std::pair<std::string, std::string>>& arguments);
    Result<void> take_trace(const std::string& path, const ReadFile& read_file);

    Kind kind_ = Kind::fixed;
    std::int64_t least_ = 0;  // What is sampled below is raised to this.
    double first_ = 1,
           second_ = 0;  // Fixed: the size; uniform: bounds; the others: centre, spread.
    std::vector<std::int64_t> sizes_;  // Of a choice or trace.
    std::vector<double> weights_;      // Of a choice, added up.
    std::string text_ = "1";
};

}  // namespace mettle::payload
