#pragma once

#include "mettle/results/run_result.hpp"

#include <string>

namespace mettle::report {

struct LoadGauges {
    int users = 0;
    int in_flight = 0;
    double generator_cpu = 0;  // In cores.
};

// What a load has done so far, in Prometheus' text format 0.0.4: requests, failures and latencies
// by task, users, requests in flight, send lag. Tasks beyond the first 200 count as "(other)", so
// that a scrape stays small.
std::string load_exposition(const results::RunResult& so_far, const LoadGauges& gauges);

}  // namespace mettle::report
