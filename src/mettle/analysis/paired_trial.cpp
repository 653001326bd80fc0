#include "mettle/analysis/paired_trial.hpp"

#include "mettle/base/assert.hpp"

#include <utility>

namespace mettle::analysis {

PairedTrial::PairedTrial(const TrialRules& rules)
    : rules_(rules), looks_(plan_looks(rules.most_pairs, rules.alpha)) {
    METTLE_ASSERT(rules.most_pairs >= 1);
}

void PairedTrial::add(RunMetrics a, RunMetrics b) {
    METTLE_ASSERT(!done_);
    a_.push_back(std::move(a));
    b_.push_back(std::move(b));
    if (pairs() < looks_.front().runs) return;
    const double alpha = looks_.front().alpha;
    looks_.erase(looks_.begin());
    look(alpha);
    done_ = found_.change != Change::inconclusive || looks_.empty();
}

void PairedTrial::finish() {
    if (done_) return;
    done_ = true;
    const double alpha = looks_.back().alpha;
    looks_.clear();
    look(alpha);
}

int PairedTrial::next_look() const {
    return looks_.empty() ? pairs() : looks_.front().runs;
}

void PairedTrial::look(double alpha) {
    taken_.push_back({pairs(), alpha});
    found_ = judge(compared_metrics(a_, b_, rules_.threshold),
                   {.paired = true, .alpha = alpha, .seed = rules_.seed});
}

}  // namespace mettle::analysis
