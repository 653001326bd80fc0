#pragma once

// A comparison that is measured pair by pair and ends as soon as it is decided. Decides only; who
// owns it measures.
//
// Looking at the figures after each pair would be what makes false alarms: with 45 looks at 1 %
// each, some 10 % of comparisons of a thing with itself would be blamed. So it is looked at at most
// five times, after numbers of pairs that stand before the first one is measured, and each look
// spends its share of the doubt (plan_looks). That is the price of ending early: the last look is
// made at half of the doubt, for which it needs about a tenth more pairs.

#include "mettle/analysis/compared_runs.hpp"
#include "mettle/analysis/regression.hpp"

#include <optional>
#include <vector>

namespace mettle::analysis {

struct TrialRules {
    double threshold = 0.05;
    int most_pairs = 45;
    double alpha = 0.02;  // Of a false alarm, over all metrics and looks.
    std::uint64_t seed = 1;
};

class PairedTrial {
public:
    explicit PairedTrial(const TrialRules& rules);

    // Which side the next pair begins with: A B, B A, A B, ..., so that what the first run of a
    // pair has of the second's does not fall on one of them.
    bool a_first() const { return a_.size() % 2 == 0; }
    void add(RunMetrics a, RunMetrics b);

    // Decided at a look, or no pair is left.
    bool done() const { return done_; }
    // Ends it here, for want of time: what is left of the doubt is spent on a last look. Whether
    // time is out does not depend on what was seen.
    void finish();

    int pairs() const { return static_cast<int>(a_.size()); }
    int next_look() const;  // Pairs at which it comes.
    const std::vector<Look>& taken() const { return taken_; }
    const Regression& found() const { return found_; }  // At the last look; else inconclusive.
    const std::vector<RunMetrics>& a() const { return a_; }
    const std::vector<RunMetrics>& b() const { return b_; }

private:
    void look(double alpha);

    TrialRules rules_;
    std::vector<Look> looks_;  // Still to come.
    std::vector<Look> taken_;
    std::vector<RunMetrics> a_, b_;
    Regression found_;
    bool done_ = false;
};

}  // namespace mettle::analysis
