#pragma once

// Which rate to try next when looking for the highest one that holds an SLO. A pure state machine:
// the caller runs the probe that next() names and records what came out.
//
//   bracket  doubles from a start rate until a rate fails, or halves until one passes;
//   bisect   tries the middle (of the logarithm) between the two, then where the isotonic fit of
//            all margins crosses 0, so that no single noisy probe decides;
//   confirm  holds a rate a little under that root, long enough for the exact binomial rule. One
//            that is refused is tried lower, one that passes well below the lowest failure is tried
//            higher.
//
// Searches the rate, not the concurrency: with concurrency the generator throttles itself and hides
// the queue. Deliberately without time: how long a probe lasts is the caller's business, and so is
// when to hurry().

#include "mettle/analysis/isotonic.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace mettle::analysis {

enum class SearchPhase { bracket, bisect, confirm };
std::string_view name_of(SearchPhase phase);

struct Probe {
    bool operator==(const Probe&) const = default;

    double rate = 0;
    SearchPhase phase = SearchPhase::bracket;
};

enum class ProbeVerdict {
    pass,
    fail,
    undecided,  // The SLO held as measured, but too few independent requests say so. Only confirm.
    invalid,    // The generator was the limit.
};
std::string_view name_of(ProbeVerdict verdict);

struct ProbeOutcome {
    ProbeVerdict verdict = ProbeVerdict::invalid;
    // ln(value / limit) of the SLO that came closest: negative where all hold. For the fit only.
    double margin = 0;
};

struct SearchSettings {
    double start_rate = 100;
    double max_rate = 1e6;    // Never exceeded.
    double min_rate = 0;      // A target that fails at this rate is not looked at below it.
    double factor = 2;        // From one rate to the next in the bracket.
    double precision = 0.05;  // Done when pass and fail are nearer than this.
    double safety = 0.95;     // The first rate to confirm, as a share of the root.
    int most_bracket = 24;    // Probes.
    int most_bisect = 5;
    int most_confirm = 4;
    int most_invalid = 2;  // Repeats of an invalid probe before its rate counts as out of reach.
};

struct SearchResult {
    std::optional<double> rps_pass;      // Highest confirmed.
    std::optional<double> rps_fail;      // Lowest above it that was seen to break the SLO.
    std::optional<double> rps_estimate;  // Where the fit of all probes says that the SLO breaks.
    std::optional<double>
        rps_invalid;           // Lowest that the generator could not offer, if it mattered.
    bool reached_max = false;  // Passed at max_rate: the capacity may be higher.
};

class CapacitySearch {
public:
    explicit CapacitySearch(const SearchSettings& settings);

    // The probe to run now; nothing when done. The same until record() is called.
    std::optional<Probe> next() const { return next_; }
    void record(const ProbeOutcome& outcome);  // REQUIRES: next()

    // Time is short: what is known must do. Goes on to confirm at once; does nothing while
    // confirming or when nothing has passed yet.
    void hurry();

    SearchResult result() const;
    // The highest rate that passed so far, of any phase.
    std::optional<double> highest_pass() const { return low_; }

private:
    void after_bracket(const ProbeOutcome& outcome);
    void after_bisect(const ProbeOutcome& outcome);
    void after_confirm(const ProbeOutcome& outcome);
    bool repeat_invalid(const ProbeOutcome& outcome);
    void bisect_or_confirm();
    void confirm_root();
    void probe(double rate, SearchPhase phase);
    bool near(double low, double high) const { return high <= low * (1 + settings_.precision); }
    double root() const;
    double ceiling() const;

    SearchSettings settings_;
    std::optional<Probe> next_;
    std::vector<WeightedPoint> points_;  // x: ln(rate), y: margin
    std::optional<double> low_;          // Highest pass and lowest fail of bracket and bisect.
    std::optional<double> high_;
    std::optional<double> unreachable_;  // Lowest rate at which the generator gave out.
    std::optional<double> confirmed_;
    std::optional<double> refused_;  // Lowest rate whose confirming run was not accepted.
    std::vector<double> broken_;     // Rates that were seen to break the SLO.
    int bracket_ = 0, bisect_ = 0, confirm_ = 0, invalid_ = 0;
    bool doubted_ = false;  // The bracket's failure is being tried once more.
};

}  // namespace mettle::analysis
