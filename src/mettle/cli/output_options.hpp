#pragma once

// What a load shows and writes besides its result files.

#include "mettle/base/log.hpp"
#include "mettle/base/result.hpp"
#include "mettle/report/request_log.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mettle::cli {

class Flags;

struct RequestLogOption {
    report::RequestLog::Options file;
    double share = 1;  // Of all requests.
};

struct OutputOptions {
    std::vector<double> percentiles;  // Between 0 and 1; empty: the usual ones.
    std::optional<RequestLogOption> request_log;
    std::size_t slowest = 10;  // Requests in full in the .json result.
    std::optional<std::uint16_t> metrics_port;
    log::Level log_level = log::Level::info;
    std::string log_file;
    bool task_ratio_json = false;  // Shown instead of a load.
};

// `options` must outlive the flags.
void add_output_flags(Flags& flags, OutputOptions& options);

// "50,90,99.9" as shares, ascending.
Result<std::vector<double>> parse_percentiles(const std::string& text);
// "FILE.jsonl,sample=1%,rotate=100MB"
Result<RequestLogOption> parse_request_log(const std::string& text);

}  // namespace mettle::cli
