#pragma once

#include "mettle/analysis/paired_trial.hpp"
#include "mettle/base/units.hpp"
#include "mettle/results/comparison.hpp"

namespace mettle::cli {

// Shows how a comparison gets on, on standard error: a line that is redrawn with each pair on a
// terminal, and one that stays for each look. Clears its line when it ends.
class AbTerminal {
public:
    AbTerminal(const results::Comparison& about, TimePoint began);
    ~AbTerminal();
    AbTerminal(const AbTerminal&) = delete;
    AbTerminal& operator=(const AbTerminal&) = delete;

    void pair_started(int pair, int next_look, int discarded);
    void looked(const analysis::PairedTrial& trial);

private:
    void clear_line() const;

    bool terminal_;
    int most_pairs_;
    TimePoint began_;
};

}  // namespace mettle::cli
