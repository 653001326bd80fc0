#pragma once

#include "mettle/base/result.hpp"
#include "mettle/load/random.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mettle::load {

// How long a user waits between the end of one iteration and the next. Pacing and throughput (in
// iterations a second) count from the start of the last one instead.
struct WaitTime {
    enum class Kind { constant, between, pacing, throughput, exponential };

    bool operator==(const WaitTime&) const = default;
    std::string to_string() const;  // "1s..3s", as parse_wait_time() reads it.
    bool is_zero() const { return kind == Kind::constant && low_s == 0; }

    Kind kind = Kind::constant;
    double low_s = 0, high_s = 0;  // `between` uses both; throughput and exponential use low_s.
};

// "0", "1s", "1s..3s", "pacing:1s", "throughput:2", "exp:1s"
Result<WaitTime> parse_wait_time(std::string_view text);

struct NextIteration {
    std::int64_t due_ns;
    std::uint64_t missed = 0;  // Whole intervals that the last one overran; they are not made up.
};
NextIteration next_iteration(const WaitTime& wait, std::int64_t began_ns, std::int64_t ended_ns,
                             Random& random);

}  // namespace mettle::load
