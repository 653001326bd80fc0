#pragma once

#include "mettle/base/result.hpp"
#include "mettle/base/units.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle {

// How long the runs of a simulated model take: a law of times, from which each run draws by its
// number, so that the same seed gives the same times on every machine.
//
//   constant(8ms)
//   uniform(2ms,10ms)
//   lognormal(p50=8ms,p99=40ms)     what services measure most often
//   gamma(mean=8ms,cv=0.5)          cv: deviation over mean; 1 is exponential
//   bimodal(fast=2ms,slow=50ms,share=5%)   share: of the slow ones
//   file(PATH)                      measured times; see times_from_text()
class TimeLaw {
public:
    static constexpr Duration kLongest = std::chrono::hours(1);  // No draw is longer.

    // Gives a file's text; not called for laws without one.
    using ReadFile = std::function<Result<std::string>(const std::string& path)>;
    // Fails with what was wrong and what would be right, without the text itself.
    static Result<TimeLaw> parse(std::string_view text, const ReadFile& read_file);

    Duration draw(std::uint64_t seed, std::uint64_t number) const;
    Duration median() const;

private:
    enum class Kind : std::uint8_t { constant, uniform, lognormal, gamma, bimodal, measured };
    struct Form;
    static const std::vector<Form>& forms();
    Result<void> check() const;
    double at(double share) const;  // The measured time that `share` of the runs don't exceed.

    Kind kind_ = Kind::constant;
    double first_ = 0, second_ = 0, third_ = 0;  // Nanoseconds, shares: see the forms.
    std::shared_ptr<const std::vector<std::pair<double, double>>> measured_;  // Share, ns.
};

// Measured times as steps of a cumulative distribution, {share of the runs, nanoseconds}, both
// ascending, the last share 1. Either HdrHistogram's percentile output (`.hgrm`, whose values are
// milliseconds), or a time a line, with how often as a second column where it is not once: "8ms",
// "12.5,3". A bare number is milliseconds; "#" begins a comment.
Result<std::vector<std::pair<double, double>>> times_from_text(std::string_view text);

}  // namespace mettle
