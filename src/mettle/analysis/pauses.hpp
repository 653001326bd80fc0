#pragma once

// Whether a service is slow now and then rather than all the time: moments at which it answered
// nobody although requests were waiting. A collector of garbage, a CPU quota that is used up, a
// model that is swapped or a lock that all want look like that.

#include "mettle/results/run_result.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace mettle::analysis {

struct Pauses {
    std::size_t count = 0;
    double median_ms = 0, longest_ms = 0;
    std::optional<double> every_s;  // From one start to the next, where that is regular.
    // Of the requests over the limit, those that were open during one of them.
    double share_of_slow = 0;

    // "5 pauses of 150 ms (150 ms at most), one every 1.2 s, explain 98 % of the slow requests"
    std::string to_string() const;
};

// A pause is a time without any answer, of half the limit or more, and of ten times what usually
// lies between two answers, in which at least two requests were open all along. Nothing where they
// explain less than half of the requests over the limit, or there are fewer than two of them.
std::optional<Pauses> find_pauses(std::span<const results::Sample> sequence, double limit_ms);

}  // namespace mettle::analysis
