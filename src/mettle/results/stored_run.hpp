#pragma once

// What a comparison needs of a stored result, read from its JSON (`mettle.run/1`,
// `mettle.prove/1`). Fields that are not known are passed over.

#include "mettle/base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::results {

struct StoredRun {
    std::string schema;
    // "p50", "p99" and "cold_start" in ms, "throughput" and "capacity" in rps, "error_rate" as a
    // share, "memory" in bytes: those that the result has.
    std::map<std::string, double> metrics;
    // What must be alike on both sides, by its name in the JSON: "host.fingerprint", "load.users".
    std::map<std::string, std::string> conditions;
    std::string doubt;  // Why the numbers can't be believed; empty for a VALID run.
};

Result<StoredRun> read_stored_run(std::string_view json);

// One sentence for each condition in which two results differ.
std::vector<std::string> differences(const StoredRun& one, const StoredRun& other);

}  // namespace mettle::results
