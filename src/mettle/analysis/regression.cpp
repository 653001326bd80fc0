#include "mettle/analysis/regression.hpp"

#include "mettle/analysis/bootstrap_t.hpp"
#include "mettle/base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mettle::analysis {
namespace {

constexpr int kFirstLook = 8;
constexpr double kMoreEachLook = 1.5;
constexpr int kMostLooks = 5;

// In logarithms, turned so that up is worse.
std::vector<double> turned(const std::vector<double>& values, Better better) {
    std::vector<double> logs;
    for (const double value : values) {
        METTLE_ASSERT(value > 0);
        logs.push_back(better == Better::lower ? std::log(value) : -std::log(value));
    }
    return logs;
}

struct Judged {
    Shift shift;
    double threshold = 0;  // In logarithms.
    double p_worse = 1;    // That it lies above the line of blame.
    double p_fine = 1;     // That it lies below the threshold.
};

Judged judge_one(const MetricRuns& metric, const RegressionRules& rules) {
    Judged judged;
    judged.threshold = std::log1p(metric.threshold);
    const auto a = turned(metric.a, metric.better);
    const auto b = turned(metric.b, metric.better);
    judged.shift = rules.paired ? paired_shift(a, b, rules.seed) : unpaired_shift(a, b, rules.seed);
    judged.p_worse = judged.shift.p_above(judged.threshold / 2);
    judged.p_fine = judged.shift.p_below(judged.threshold);
    return judged;
}

bool enough(const MetricRuns& metric) {
    return std::min(metric.a.size(), metric.b.size()) >= kLeastRuns;
}

// The quantile of the normal distribution for a one-sided `alpha` (Acklam's tail; 1e-3 is enough
// for a forecast).
double normal_quantile(double alpha) {
    const double t = std::sqrt(-2 * std::log(alpha));
    return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) /
                   (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
}

// The error shrinks with the root of the number of runs, and must get small enough that the nearer
// claim holds.
std::optional<int> more_runs(const Judged& judged, std::size_t runs, double alpha) {
    const double to_pass = judged.threshold - judged.shift.estimate();
    const double to_blame = judged.shift.estimate() - judged.threshold / 2;
    const double room = std::max(to_pass, to_blame);
    if (room <= 0 || judged.shift.error() == 0) return {};
    const double needed = normal_quantile(alpha) * judged.shift.error() / room;
    const auto now = static_cast<double>(runs);
    // A tenth more, because the spread that was seen is itself an estimate.
    const double more = std::ceil(1.1 * now * needed * needed - now);
    return static_cast<int>(std::clamp(more, 1.0, 1e6));
}

// Holm's step-down: the smallest p times the number of claims, and so on, never falling.
void adjust(std::vector<double>& p) {
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t index) { return p[index]; });
    double least = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        double& value = p[order[rank]];
        value = least = std::clamp(value * static_cast<double>(order.size() - rank), least, 1.0);
    }
}

MetricChange described(const MetricRuns& metric, const Judged& judged, double p,
                       const RegressionRules& rules) {
    MetricChange change;
    change.name = metric.name;
    change.p_regression = p;
    const Shift& shift = judged.shift;
    const double low = shift.lower(rules.alpha), high = shift.upper(rules.alpha);
    const double sign = metric.better == Better::lower ? 1 : -1;
    change.ratio = std::exp(sign * shift.estimate());
    change.low = std::exp(sign * (sign > 0 ? low : high));
    change.high = std::exp(sign * (sign > 0 ? high : low));
    change.better = high < 0;
    if (judged.p_fine <= rules.alpha)
        change.change = Change::pass;
    else if (p <= rules.alpha)
        change.change = Change::regression;
    else
        change.more_runs = more_runs(judged, metric.a.size(), rules.alpha);
    return change;
}

Change over_all(const std::vector<MetricChange>& metrics) {
    const auto any = [&](Change change) {
        return std::ranges::find(metrics, change, &MetricChange::change) != metrics.end();
    };
    if (any(Change::regression)) return Change::regression;
    return metrics.empty() || any(Change::inconclusive) ? Change::inconclusive : Change::pass;
}

}  // namespace

Regression judge(const std::vector<MetricRuns>& metrics, const RegressionRules& rules) {
    Regression regression;
    std::vector<Judged> judged;
    std::vector<double> p;
    for (const MetricRuns& metric : metrics) {
        if (!enough(metric)) continue;
        judged.push_back(judge_one(metric, rules));
        p.push_back(judged.back().p_worse);
    }
    adjust(p);
    std::size_t next = 0;
    for (const MetricRuns& metric : metrics) {
        if (enough(metric)) {
            regression.metrics.push_back(described(metric, judged[next], p[next], rules));
            ++next;
            continue;
        }
        MetricChange few;
        few.name = metric.name;
        const double centre = location_of(turned(metric.b, Better::lower)).centre -
                              location_of(turned(metric.a, Better::lower)).centre;
        few.ratio = std::exp(centre);
        few.low = 0;
        few.high = HUGE_VAL;
        few.more_runs = static_cast<int>(kLeastRuns - std::min(metric.a.size(), metric.b.size()));
        regression.metrics.push_back(std::move(few));
    }
    regression.change = over_all(regression.metrics);
    return regression;
}

std::vector<Look> plan_looks(int most_runs, double alpha) {
    std::vector<Look> looks;
    for (double runs = kFirstLook;
         static_cast<int>(runs) < most_runs && static_cast<int>(looks.size()) < kMostLooks - 1;
         runs *= kMoreEachLook)
        looks.push_back({static_cast<int>(runs), 0});
    for (Look& look : looks) look.alpha = alpha / 2 / static_cast<double>(looks.size());
    looks.push_back({most_runs, looks.empty() ? alpha : alpha / 2});
    return looks;
}

}  // namespace mettle::analysis
