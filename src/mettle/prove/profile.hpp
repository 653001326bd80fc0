#pragma once

#include "mettle/analysis/drift.hpp"
#include "mettle/analysis/overload.hpp"
#include "mettle/base/result.hpp"
#include "mettle/base/units.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mettle::prove {

// How long and how hard each stage looks, and where its thresholds are.
struct Profile {
    bool operator==(const Profile&) const = default;

    std::string name;
    Duration budget{};  // Without --budget.

    int cold_starts = 5;
    Duration cold_start_each{};  // Expected, for the plan; a slow model takes what it takes.

    Duration start_limit = std::chrono::seconds(30);  // From exec to the first right answer.

    std::vector<int> concurrency;  // Of the correctness stage, rising.
    Duration level{};              // Load at each of these.

    Duration unloaded{};  // One user, for the latency without load.
    Duration steady{};

    Duration probe{};     // One rate of the search.
    Duration confirm{};   // The run that carries the claim.
    Duration capacity{};  // The stage in all.
    Duration overload{};  // Each rate beyond the capacity, warm-up not counted.
    Duration recovery{};  // After them.
    // Of the payload stage: sizes and concurrencies, rising from 1, and the load at each.
    std::vector<int> payload_rows, payload_users;
    Duration payload{};
    std::vector<double> overload_multiples = {1.5, 2, 3};  // Of the capacity, rising.
    analysis::OverloadLimits overload_limits;
    // What counts as growing; memory in bytes, latency in ms.
    analysis::DriftLimit memory{4.0 * (1 << 20), 0.05}, descriptors{16, 0.2}, threads{16, 0.2};
    analysis::DriftLimit latency{0.5, 0.5};
    int most_bisect = 5;
    int most_confirm = 8;
    double confidence = 0.99;

    // What is assumed without --slo.
    double assumed_error_rate = 0.001;
    double assumed_p99_ms = 50;     // Or, where that is more,
    double assumed_p99_factor = 5;  // this many times the unloaded p99.
    int most_repeats = 2;           // Of a stage that came out INVALID.
};

// quick (about 30 s), default (about 85 s), strict (about 7 min). Files: profile_file.hpp.
Result<Profile> profile_named(std::string_view name);

// The same with its load times by `factor`; repeats and thresholds stay.
Profile scaled(const Profile& profile, double factor);

}  // namespace mettle::prove
