#pragma once

#include "mettle/results/run_result.hpp"

#include <optional>

namespace mettle::load {

// What a run says about itself as a measurement. Shares are between 0 and 1; what does not apply to
// the kind of load, or could not be seen, is left out.
struct ValidityFacts {
    std::uint64_t requests = 0;
    Histogram send_lag_us;
    double latency_p99_us = 0;
    std::optional<double> achieved_over_intended;  // Sent by the end of those due by then.
    double busiest_worker = 0;                     // Share of a core, without spinning.
    std::optional<double> steal;
    std::optional<double> throttled;
    double waited_for_connection = 0;    // Share of the requests.
    std::optional<double> gap_distance;  // See gap_distance().
    double littles_law_off = 0;          // |L - λW| / L over the whole run.
    double generator_cpu = 0;            // In cores.
};

// VALID, or INVALID with one plain sentence for each limit that was broken.
results::Validity judge(const ValidityFacts& facts);

}  // namespace mettle::load
