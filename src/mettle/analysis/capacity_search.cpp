#include "mettle/analysis/capacity_search.hpp"

#include "mettle/base/assert.hpp"

#include <algorithm>
#include <cmath>

namespace mettle::analysis {
namespace {

// Beyond e^2 = 7.4 times the limit a probe says no more than "far over", however far it is.
constexpr double kMostMargin = 2;
// A failure by less than this factor (e^1.2 = 3.3) may be a disturbance of the host, and ends the
// bracket only when it fails again.
constexpr double kDoubtfulMargin = 1.2;

void lower(std::optional<double>& bound, double rate) {
    bound = std::min(bound.value_or(rate), rate);
}

double weight_of(SearchPhase phase) {
    // A confirming run is several times as long as a probe.
    return phase == SearchPhase::confirm ? 4 : 1;
}

}  // namespace

std::string_view name_of(SearchPhase phase) {
    switch (phase) {
        case SearchPhase::bracket:
            return "bracket";
        case SearchPhase::bisect:
            return "bisect";
        case SearchPhase::confirm:
            return "confirm";
    }
    return "";
}

std::string_view name_of(ProbeVerdict verdict) {
    switch (verdict) {
        case ProbeVerdict::pass:
            return "pass";
        case ProbeVerdict::fail:
            return "fail";
        case ProbeVerdict::undecided:
            return "undecided";
        case ProbeVerdict::invalid:
            return "invalid";
    }
    return "";
}

CapacitySearch::CapacitySearch(const SearchSettings& settings) : settings_(settings) {
    METTLE_ASSERT(settings.start_rate > 0 && settings.max_rate > 0 && settings.factor > 1);
    probe(settings.start_rate, SearchPhase::bracket);
}

void CapacitySearch::probe(double rate, SearchPhase phase) {
    next_ = Probe{std::min(rate, settings_.max_rate), phase};
}

void CapacitySearch::record(const ProbeOutcome& outcome) {
    METTLE_ASSERT(next_);
    if (repeat_invalid(outcome)) return;
    const double margin = std::clamp(outcome.margin, -kMostMargin, kMostMargin);
    if (outcome.verdict != ProbeVerdict::invalid)
        points_.push_back({std::log(next_->rate), margin, weight_of(next_->phase)});
    switch (next_->phase) {
        case SearchPhase::bracket:
            return after_bracket(outcome);
        case SearchPhase::bisect:
            return after_bisect(outcome);
        case SearchPhase::confirm:
            return after_confirm(outcome);
    }
}

// An invalid probe says nothing of the target, so it is repeated; one that stays invalid means that
// this rate is beyond the generator.
bool CapacitySearch::repeat_invalid(const ProbeOutcome& outcome) {
    if (outcome.verdict != ProbeVerdict::invalid) {
        invalid_ = 0;
        return false;
    }
    if (invalid_ == settings_.most_invalid) {
        invalid_ = 0;
        return false;
    }
    ++invalid_;
    return true;
}

void CapacitySearch::after_bracket(const ProbeOutcome& outcome) {
    const double rate = next_->rate;
    ++bracket_;
    if (outcome.verdict == ProbeVerdict::pass) {
        doubted_ = false;
        low_ = rate;
        if (rate >= settings_.max_rate) return confirm_root();
        if (high_) return bisect_or_confirm();
        if (bracket_ >= settings_.most_bracket) return confirm_root();
        return probe(rate * settings_.factor, SearchPhase::bracket);
    }
    if (outcome.verdict == ProbeVerdict::fail && !doubted_ && outcome.margin < kDoubtfulMargin) {
        doubted_ = true;
        return;  // The same rate again.
    }
    doubted_ = false;
    if (outcome.verdict == ProbeVerdict::invalid)
        lower(unreachable_, rate);
    else
        broken_.push_back(rate);
    high_ = rate;
    if (low_) return bisect_or_confirm();
    const double lower_rate = rate / settings_.factor;
    if (bracket_ >= settings_.most_bracket || lower_rate < settings_.min_rate) return next_.reset();
    probe(lower_rate, SearchPhase::bracket);
}

void CapacitySearch::after_bisect(const ProbeOutcome& outcome) {
    ++bisect_;
    const double rate = next_->rate;
    if (outcome.verdict == ProbeVerdict::invalid) lower(unreachable_, rate);
    if (outcome.verdict == ProbeVerdict::fail) broken_.push_back(rate);
    (outcome.verdict == ProbeVerdict::pass ? low_ : high_) = rate;
    bisect_or_confirm();
}

void CapacitySearch::bisect_or_confirm() {
    if (bisect_ >= settings_.most_bisect || near(*low_, *high_)) return confirm_root();
    const double middle = std::sqrt(*low_ * *high_);
    if (bisect_ < 2) return probe(middle, SearchPhase::bisect);
    // Near the root the fit knows more than the middle does; kept off the ends, which are known.
    const double inside = std::pow(*high_ / *low_, 0.2);
    probe(std::clamp(root(), *low_ * inside, *high_ / inside), SearchPhase::bisect);
}

double CapacitySearch::root() const {
    if (const auto fitted = isotonic_root(points_)) return std::exp(*fitted);
    if (low_ && high_) return std::sqrt(*low_ * *high_);
    return low_.value_or(settings_.start_rate);
}

// Nothing above this is worth a confirming run.
double CapacitySearch::ceiling() const {
    double least = settings_.max_rate;
    for (const auto& bound : {refused_, unreachable_}) {
        if (bound) least = std::min(least, *bound);
    }
    return least;
}

void CapacitySearch::confirm_root() {
    if (!high_ && low_ && *low_ >= settings_.max_rate)
        return probe(settings_.max_rate, SearchPhase::confirm);
    double rate = root() * settings_.safety;
    // What the generator cannot offer cannot be confirmed; what passed in the search can.
    if (unreachable_ && rate > *unreachable_ * settings_.safety) rate = low_.value_or(rate);
    probe(rate, SearchPhase::confirm);
}

void CapacitySearch::after_confirm(const ProbeOutcome& outcome) {
    const double rate = next_->rate;
    ++confirm_;
    if (outcome.verdict == ProbeVerdict::pass) {
        confirmed_ = std::max(confirmed_.value_or(0), rate);
    } else if (outcome.verdict == ProbeVerdict::invalid) {
        lower(unreachable_, rate);
    } else {
        lower(refused_, rate);
        if (outcome.verdict == ProbeVerdict::fail) broken_.push_back(rate);
    }
    if (confirm_ >= settings_.most_confirm) return next_.reset();
    if (!confirmed_) {
        // A step of at least the precision below what was refused, further if the fit says so.
        const double step = ceiling() * (1 - settings_.precision);
        return probe(std::min(step, root() * settings_.safety), SearchPhase::confirm);
    }
    double above = ceiling();
    if (high_ && *high_ > *confirmed_) above = std::min(above, *high_);
    if (*confirmed_ >= settings_.max_rate || near(*confirmed_, above)) return next_.reset();
    // A longer run passed where the search had its doubts: there is room above.
    if (above >= settings_.max_rate && !refused_) return next_.reset();
    probe(std::sqrt(*confirmed_ * above), SearchPhase::confirm);
}

void CapacitySearch::hurry() {
    if (!next_ || next_->phase == SearchPhase::confirm) return;
    if (!low_) return next_.reset();
    confirm_root();
}

SearchResult CapacitySearch::result() const {
    SearchResult result;
    result.rps_pass = confirmed_;
    if (const auto fitted = isotonic_root(points_)) result.rps_estimate = std::exp(*fitted);
    for (const double rate : broken_) {
        if (rate > confirmed_.value_or(0)) lower(result.rps_fail, rate);
    }
    if (unreachable_ && (!result.rps_fail || *unreachable_ < *result.rps_fail))
        result.rps_invalid = unreachable_;
    result.reached_max = confirmed_ && *confirmed_ >= settings_.max_rate;
    return result;
}

}  // namespace mettle::analysis
