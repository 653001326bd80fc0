#pragma once

// What a service made of more load than it can carry, judged from what was measured. Pure.
//
// Goodput is right answers within the limit, a second. A service that sheds keeps it near its
// capacity, whatever is offered; one that queues everything answers everybody too late.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mettle::analysis {

// One rate above the capacity.
struct OverloadLevel {
    double offered_rps = 0;
    double goodput_rps = 0;
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;    // 429 or 503.
    std::uint64_t timed_out = 0;  // By the client's patience, or unfinished at the end.
    std::uint64_t late = 0;       // Right, but beyond the limit.
    std::uint64_t broken = 0;     // Other statuses, resets, no connection.
    std::uint64_t wrong = 0;
    std::optional<double> admitted_p99_ms;  // Of right answers.
    std::optional<double> refused_p99_ms;   // Of what failed, however it failed.
};

struct OverloadPicture {
    double capacity_rps = 0;
    double limit_ms = 0;
    std::vector<OverloadLevel> levels;  // By rising rate; at least one.
    // From the end of the overload until all was well again; nothing: it never was.
    std::optional<double> recovered_s;
    double watched_s = 0;  // How long it was given.
    // Of refusals that were looked at one by one: how many said when to come back.
    int refusals_seen = 0;
    int with_retry_after = 0;
};

enum class OverloadGrade { graceful, degraded, collapsed };
const char* name_of(OverloadGrade grade);

struct OverloadJudgement {
    OverloadGrade grade = OverloadGrade::graceful;
    double worst_share = 0;            // The lowest goodput over the capacity.
    std::vector<std::string> faults;   // What makes it fail, a sentence each, the gravest first.
    std::vector<std::string> remarks;  // What is worth saying and fails nothing.
};

// Where the grades begin, as goodput over capacity, and the share of errors that fails.
struct OverloadLimits {
    bool operator==(const OverloadLimits&) const = default;

    double graceful = 0.8;
    double degraded = 0.5;  // Less than that has collapsed.
    double broken = 0.01;   // Of all requests; refusals do not count.
};

// The grade is that of the worst level. REQUIRES: at least one level
OverloadJudgement judge_overload(const OverloadPicture& seen, const OverloadLimits& limits = {});

// When, from the start, it was well for good: the end of the last window of `window_s` that was
// not. A window is well when no more than 1 % of its requests failed or were over the limit.
// Nothing: the last window was not well, or there was none.
struct TimedAnswer {
    double due_s = 0;
    bool good = true;
};
std::optional<double> well_from(const std::vector<TimedAnswer>& answers, double window_s,
                                double whole_s);

}  // namespace mettle::analysis
