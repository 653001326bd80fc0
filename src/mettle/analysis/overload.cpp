#include "mettle/analysis/overload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mettle::analysis {

namespace {

constexpr double kMostBad = 0.01;     // Of a window's requests.
constexpr double kSlowRefusal = 0.5;  // Of the limit: a refusal later than this helps nobody.

double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string percent(double value) {
    return fmt::format("{:.{}f} %", 100 * value, value < 0.1 ? 1 : 0);
}

double multiple_of(const OverloadPicture& seen, const OverloadLevel& level) {
    return level.offered_rps / seen.capacity_rps;
}

// Refused nothing worth speaking of, and was late or lost instead.
bool queues_without_bound(const OverloadLevel& level) {
    return share(level.refused, level.requests) < 0.02 &&
           share(level.late + level.timed_out, level.requests) > 0.2;
}

std::string collapse_of(const OverloadPicture& seen, const OverloadLevel& level) {
    const std::string figures =
        fmt::format("at {:.1f} times its capacity {} of the capacity was right and in time",
                    multiple_of(seen, level), percent(level.goodput_rps / seen.capacity_rps));
    if (queues_without_bound(level)) {
        return fmt::format(
            "unbounded queue: {}; it refused {} of {} requests, {} came too late and {} not within "
            "the client's patience",
            figures, level.refused, level.requests, level.late, level.timed_out);
    }
    return fmt::format("overload collapse: {}; {} of {} requests were refused", figures,
                       level.refused, level.requests);
}

void find_faults(const OverloadPicture& seen, const OverloadLevel& worst,
                 const OverloadLimits& limits, OverloadJudgement& judgement) {
    auto& faults = judgement.faults;
    std::uint64_t wrong = 0, broken = 0, requests = 0;
    for (const OverloadLevel& level : seen.levels) {
        wrong += level.wrong;
        broken += level.broken;
        requests += level.requests;
    }
    if (wrong > 0)
        faults.push_back(
            fmt::format("{} of {} answers were wrong under overload", wrong, requests));
    if (judgement.grade == OverloadGrade::collapsed) faults.push_back(collapse_of(seen, worst));
    if (share(broken, requests) > limits.broken) {
        faults.push_back(fmt::format(
            "{} of {} requests ended in an error that is no refusal (neither 429 nor 503)", broken,
            requests));
    }
    if (!seen.recovered_s) {
        faults.push_back(
            fmt::format("metastable: {:.1f} s after the overload had ended, at half "
                        "the capacity, it was not well again",
                        seen.watched_s));
    }
}

void find_remarks(const OverloadPicture& seen, OverloadJudgement& judgement) {
    if (seen.refusals_seen > 0 && seen.with_retry_after < seen.refusals_seen) {
        judgement.remarks.push_back(
            fmt::format("{} of {} refusals that were looked at said no Retry-After",
                        seen.refusals_seen - seen.with_retry_after, seen.refusals_seen));
    }
    for (const OverloadLevel& level : seen.levels) {
        const bool sheds = share(level.refused, level.requests) > 0.02 && level.timed_out == 0;
        if (!sheds || !level.refused_p99_ms ||
            *level.refused_p99_ms <= kSlowRefusal * seen.limit_ms)
            continue;
        judgement.remarks.push_back(
            fmt::format("refusals are slow: p99 of {:.1f} ms at {:.1f} times the capacity",
                        *level.refused_p99_ms, multiple_of(seen, level)));
        break;
    }
    if (seen.recovered_s && *seen.recovered_s > 1) {
        judgement.remarks.push_back(
            fmt::format("it took {:.1f} s to be well again", *seen.recovered_s));
    }
}

}  // namespace

const char* name_of(OverloadGrade grade) {
    switch (grade) {
        case OverloadGrade::graceful:
            return "graceful";
        case OverloadGrade::degraded:
            return "degraded";
        case OverloadGrade::collapsed:
            return "collapsed";
    }
    return "";
}

OverloadJudgement judge_overload(const OverloadPicture& seen, const OverloadLimits& limits) {
    OverloadJudgement judgement;
    const OverloadLevel& worst =
        *std::ranges::min_element(seen.levels, {}, &OverloadLevel::goodput_rps);
    judgement.worst_share = worst.goodput_rps / seen.capacity_rps;
    judgement.grade = judgement.worst_share >= limits.graceful   ? OverloadGrade::graceful
                      : judgement.worst_share >= limits.degraded ? OverloadGrade::degraded
                                                                 : OverloadGrade::collapsed;
    find_faults(seen, worst, limits, judgement);
    find_remarks(seen, judgement);
    return judgement;
}

std::optional<double> well_from(const std::vector<TimedAnswer>& answers, double window_s,
                                double whole_s) {
    const auto windows = static_cast<std::size_t>(std::ceil(whole_s / window_s));
    std::vector<std::uint64_t> all(windows), bad(windows);
    for (const TimedAnswer& answer : answers) {
        const auto at = std::min(windows - 1, static_cast<std::size_t>(answer.due_s / window_s));
        ++all[at];
        if (!answer.good) ++bad[at];
    }
    const auto is_bad = [&](std::size_t at) {
        // One in a window of fewer than a hundred is chance, not a state.
        return static_cast<double>(bad[at]) >
               std::max(1.0, kMostBad * static_cast<double>(all[at]));
    };
    if (answers.empty() || is_bad(windows - 1)) return std::nullopt;
    std::size_t well = windows;
    while (well > 0 && !is_bad(well - 1)) --well;
    return static_cast<double>(well) * window_s;
}

}  // namespace mettle::analysis
