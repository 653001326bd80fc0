#pragma once

// Locust's four CSV files: PREFIX_stats.csv, _stats_history.csv, _failures.csv, _exceptions.csv,
// with its columns, so that what reads Locust's reads these. Times are ms with fractions, of
// successful requests; percentiles in the history are those of the last second, which Locust
// promises too.

#include "mettle/results/run_result.hpp"

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <utility>

namespace mettle::report {

class LoadCsv {
public:
    // Makes the folders of `prefix`. Throws StartupError when a file cannot be written.
    LoadCsv(const std::string& prefix, bool full_history);

    // Once a second. `now` is seconds since the epoch.
    void add(const results::RunResult& so_far, const results::RunResult& window, int users,
             std::int64_t now);
    void finish(const results::RunResult& run, std::int64_t now);

private:
    using Seen = std::pair<std::int64_t, std::int64_t>;  // First and last, in epoch seconds.
    void note_failures(const results::RunResult& window, std::int64_t now);
    void write_stats(const results::RunResult& run) const;
    void write_failures(const results::RunResult& run) const;
    void write_exceptions(const results::RunResult& run) const;

    std::string prefix_;
    bool full_history_;
    std::ofstream history_;
    std::map<std::string, Seen> seen_;
};

// A field as CSV has it: quoted where it must be.
std::string csv_field(std::string_view text);

}  // namespace mettle::report
