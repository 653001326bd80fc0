#pragma once

// The value of --arrivals: a law, or a file with moments.

#include "mettle/base/result.hpp"
#include "mettle/load/arrival_law.hpp"
#include "mettle/load/recording.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mettle::cli {

struct ArrivalsOption {
    load::ArrivalLaw law;
    std::shared_ptr<const load::Recording> recording;  // In place of a law.
    std::string note;  // What was left out of a file and why; empty: nothing.
};

// A law as load::parse_arrival_law() reads it, "trace:FILE" or "log:FILE"; both with ",speed=2". Of
// a log only GET and HEAD are sent again, or those of ",methods=GET+POST", or ",methods=all".
Result<ArrivalsOption> parse_arrivals_option(const std::string& text);

// The most arrivals within any second.
double peak_rate(const load::Recording& recording);

}  // namespace mettle::cli
