#pragma once

// What the monitor saw beside the load: resources of the target, the generator and the host, on the
// run's time axis. The monitor produces it; reports and analyses only read it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::results {

// One quantity over the run, as "target.cpu". Summaries are over single samples, weighted by the
// time that each tells of; values are means of a row.
struct ResourceSeries {
    std::string name;  // SUBJECT.QUANTITY, or a scraped metric with its labels.
    std::string unit;  // cores, bytes, share, 1/s, bytes/s, count, ms, W, MHz, °C; empty: unknown
    std::uint64_t count = 0;  // Samples.
    double min = 0, mean = 0, max = 0;
    double first = 0, last = 0;  // Rows: for what grows.
    std::vector<double> values;  // One for each of Resources::t_s; NaN where nothing was seen.
};

struct Resources {
    const ResourceSeries* find(std::string_view name) const;
    std::optional<double> mean_of(std::string_view name) const;
    std::optional<double> max_of(std::string_view name) const;
    // The mean of the row that `t_s` lies in.
    std::optional<double> at(std::string_view name, double t_s) const;

    std::vector<double> t_s;  // Ends of rows, from the start of the run; ascending.
    std::vector<ResourceSeries> series;
    std::vector<std::string> watched;  // "target: process 123 (python3) and its children"
    std::vector<std::string> notes;    // What could not be seen, and why.
    double monitor_cpu = 0;            // What watching cost, in cores.
};

// The block `resources` of run/1.
std::string to_json(const Resources& resources);

}  // namespace mettle::results
