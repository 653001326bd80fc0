#pragma once

// What a comparison of two versions found out. Schema `mettle.compare/1`: docs/formats.md,
// docs/schemas/compare.json.

#include "mettle/results/run_result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::results {

enum class Change : std::uint8_t { pass, regression, inconclusive };
std::string_view name_of(Change change);  // "pass"

struct ComparedMetric {
    std::string name;  // "p99"
    std::string unit;  // Of the values: "ms", "rps", "share", "bytes".
    bool lower_is_better = true;
    double threshold = 0.05;  // The smallest change that counts, as a share.
    Change change = Change::inconclusive;
    bool improved = false;  // The whole interval lies on the good side of no change.
    double ratio = 1;       // B over A.
    // Of the ratio, each end wrong with a probability of Comparison::alpha; nothing with too few
    // runs.
    std::optional<double> low, high;
    double p_regression = 1;  // Adjusted for the number of metrics.
    std::optional<int> more_runs;
    std::vector<double> a, b;  // One a run. Of paired runs, a[i] belongs to b[i].
};

struct ComparedSide {
    std::string label;  // "A", "baseline"
    std::string what;   // A URL, a command, "5 results"
    Target target;
};

struct Comparison {
    enum class Method : std::uint8_t { stored, turns, at_once };

    std::string started;
    double duration_s = 0;
    Host host;
    Method method = Method::stored;
    Change change = Change::inconclusive;
    std::vector<std::string> reasons;  // In order of weight.
    double threshold = 0.05;
    double alpha = 0.01;  // Of each claim that is made here, one-sided.
    std::uint64_t seed = 0;
    ComparedSide a, b;
    std::vector<ComparedMetric> metrics;
    std::vector<std::string> notes;  // What a reader should know besides.
    // Of a comparison that was measured.
    LoadDescription load;
    double run_s = 0;
    int pairs = 0, discarded = 0, most_pairs = 0;
    struct Look {
        int pairs = 0;
        double alpha = 0;
    };
    std::vector<Look> looks;  // Those taken.
    bool interrupted = false;
    bool target_lost = false;
};

std::string_view name_of(Comparison::Method method);  // "at_once"

std::string to_json(const Comparison& comparison);

}  // namespace mettle::results
