#pragma once

#include "mettle/inference/simulated_time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mettle {

// A model that is not there, as `--simulate NAME=LAW[,SETTING...]` describes it:
//
//   fraud=lognormal(p50=8ms,p99=40ms),batch=0.3,fail=0.1%
struct SimulatedSpec {
    std::string name;
    TimeLaw law;        // Of a run of one row.
    bool burn = false;  // Burns CPU instead of sleeping.
    double batch = 1;   // What a further row of a run costs, as a share of the first.
    double fail = 0;    // Share of the requests that fail.
    double stall = 0;   // Share of the runs that take stall_time longer.
    Duration stall_time = std::chrono::seconds(1);
    Duration warmup = {};           // The first run takes this longer.
    std::uint64_t memory = 0;       // Bytes that it holds.
    std::uint64_t scale_bytes = 0;  // The law is for so much input, more takes longer. 0: is not.
    std::int64_t width = 4;         // Of the input, x FP32[-1,width]; -1: any.
    std::uint64_t seed = 1;
};

// Fails with the place and what would be right: "--simulate, column 7: there is no law ...".
Result<SimulatedSpec> parse_simulated(std::string_view text, const TimeLaw::ReadFile& read_file);

// What a run of `rows` rows and `bytes` bytes of input takes, where one row takes `one`.
Duration scaled(const SimulatedSpec& spec, Duration one, std::int64_t rows, std::size_t bytes);

}  // namespace mettle
