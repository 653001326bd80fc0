#include "mettle/analysis/pauses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace mettle::analysis {
namespace {

constexpr double kUsualGaps = 10, kLeastShare = 0.5;
constexpr std::size_t kLeastWaiting = 2, kLeastPauses = 2;

struct Span {
    double from_us, to_us;
    double length() const { return to_us - from_us; }
};

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

// From due to answered; one that failed was answered by nobody.
std::vector<Span> answered(std::span<const results::Sample> sequence) {
    std::vector<Span> spans;
    for (const results::Sample& sample : sequence) {
        if (!sample.failed)
            spans.push_back({static_cast<double>(sample.due_us),
                             static_cast<double>(sample.due_us) + sample.latency_us});
    }
    return spans;
}

// How many were due before `from_us` and answered at `to_us` or later: the two sorted lists of
// moments say so without a look at each request.
std::size_t waiting_through(const Span& gap, const std::vector<double>& dues,
                            const std::vector<double>& ends) {
    const auto due = std::ranges::upper_bound(dues, gap.from_us) - dues.begin();
    const auto done = std::ranges::lower_bound(ends, gap.to_us) - ends.begin();
    return due > done ? static_cast<std::size_t>(due - done) : 0;
}

std::vector<Span> pauses_of(const std::vector<Span>& spans, double limit_us) {
    std::vector<double> dues, ends, gaps;
    for (const Span& span : spans) {
        dues.push_back(span.from_us);
        ends.push_back(span.to_us);
    }
    std::ranges::sort(dues);
    std::ranges::sort(ends);
    for (std::size_t i = 1; i < ends.size(); ++i) gaps.push_back(ends[i] - ends[i - 1]);
    const double least = std::max(limit_us / 2, kUsualGaps * median(gaps));
    std::vector<Span> pauses;
    for (std::size_t i = 1; i < ends.size(); ++i) {
        const Span gap{ends[i - 1], ends[i]};
        if (gap.length() < least) continue;
        // The middle: what is due in its first half has waited long enough to count.
        const Span late{gap.from_us + gap.length() / 2, gap.to_us};
        if (waiting_through(late, dues, ends) >= kLeastWaiting) pauses.push_back(gap);
    }
    return pauses;
}

bool touches(const Span& span, const std::vector<Span>& pauses) {
    const auto next = std::ranges::upper_bound(pauses, span.from_us, {}, &Span::to_us);
    return next != pauses.end() && next->from_us < span.to_us;
}

std::optional<double> period_of(const std::vector<Span>& pauses) {
    if (pauses.size() < 3) return {};
    std::vector<double> between, off;
    for (std::size_t i = 1; i < pauses.size(); ++i)
        between.push_back(pauses[i].from_us - pauses[i - 1].from_us);
    const double usual = median(between);
    for (const double each : between) off.push_back(std::abs(each - usual));
    if (median(off) > usual / 5) return {};
    return usual / 1e6;
}

}  // namespace

std::optional<Pauses> find_pauses(std::span<const results::Sample> sequence, double limit_ms) {
    const auto spans = answered(sequence);
    if (spans.size() < 10) return {};
    const double limit_us = limit_ms * 1000;
    const auto pauses = pauses_of(spans, limit_us);
    if (pauses.size() < kLeastPauses) return {};
    std::size_t slow = 0, explained = 0;
    for (const Span& span : spans) {
        if (span.length() <= limit_us) continue;
        ++slow;
        if (touches(span, pauses)) ++explained;
    }
    if (slow == 0) return {};
    Pauses found;
    found.share_of_slow = static_cast<double>(explained) / static_cast<double>(slow);
    if (found.share_of_slow < kLeastShare) return {};
    std::vector<double> lengths;
    for (const Span& pause : pauses) lengths.push_back(pause.length() / 1000);
    found.count = pauses.size();
    found.longest_ms = std::ranges::max(lengths);
    found.median_ms = median(std::move(lengths));
    found.every_s = period_of(pauses);
    return found;
}

std::string Pauses::to_string() const {
    const std::string every = every_s ? fmt::format(", one every {:.2g} s,", *every_s) : "";
    return fmt::format(
        "{} pauses of {:.0f} ms ({:.0f} ms at most){} in which it answered nobody explain {:.0f} % "
        "of the requests over the limit",
        count, median_ms, longest_ms, every, share_of_slow * 100);
}

}  // namespace mettle::analysis
