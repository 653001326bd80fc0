#pragma once

#include "mettle/results/expression.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mettle::prove {

// One expression that must hold, and what a run says to it.
struct SloFinding {
    results::Expression expression;
    results::Evaluation evaluation;
    bool holds = false;
    // ln(value / limit), turned so that it is negative while the SLO holds; within +-2.
    double margin = 0;
};

// What must hold. A value.
class Slo {
public:
    Slo() = default;
    static Result<Slo> parse(const std::vector<std::string>& expressions);
    // `error_rate<…` and `p99 < max(floor, factor × unloaded p99)`.
    static Slo assumed(double error_rate, double p99_floor_ms, double factor,
                       double unloaded_p99_ms);

    const std::vector<results::Expression>& expressions() const { return expressions_; }
    std::vector<std::string> texts() const;
    // Without those on rates and counts, which say nothing at a rate that the search chooses.
    Slo for_search() const;

    std::vector<SloFinding> judge(const results::RunResult& run) const;

private:
    std::vector<results::Expression> expressions_;
};

bool all_hold(const std::vector<SloFinding>& findings);
// Every breach may be the generator's own doing.
bool lag_may_explain(const std::vector<SloFinding>& findings);
// The one that is nearest to breaking or furthest beyond. REQUIRES: not empty
const SloFinding& binding(const std::vector<SloFinding>& findings);
// One sentence for each that does not hold.
std::vector<std::string> breaches(const std::vector<SloFinding>& findings);

// 0.99 for "p99" and 0.999 for "p999"; nothing for metrics that are no quantile from the due time.
std::optional<double> quantile_of(const results::Expression& expression);

// The latency that it allows, by its tightest quantile; nothing where it says nothing of it.
std::optional<double> tightest_ms(const Slo& slo);

}  // namespace mettle::prove
