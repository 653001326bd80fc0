#include "mettle/inference/batch_policy.hpp"

#include <algorithm>

namespace mettle {

BatchPolicy::BatchPolicy(const BatchKnobs& knobs, std::int64_t most_rows)
    : preferred_(knobs.preferred_rows), delay_(knobs.max_queue_delay), most_rows_(most_rows) {
    // Triton's own reading: without preferred sizes the limit is the preferred one.
    if (preferred_.empty() && delay_ > Duration::zero()) preferred_.push_back(most_rows_);
}

// So many rows can be run until then; at least 1, since the first call has to run some time.
std::int64_t BatchPolicy::rows_by(TimePoint deadline, const TimeModel& time, TimePoint now) const {
    if (deadline == TimePoint::max() || time.per_row <= Duration::zero()) return most_rows_;
    const Duration left = deadline - now - time.fixed;
    return std::clamp<std::int64_t>(left / time.per_row, 1, most_rows_);
}

std::variant<RunFirst, WaitUntil> BatchPolicy::next(const BatchState& state, const TimeModel& time,
                                                    TimePoint now) const {
    const std::int64_t limit = rows_by(state.deadline, time, now);
    std::size_t fitting = 1, preferred = 0;
    std::int64_t rows = state.rows.front();
    const auto is_preferred = [this](std::int64_t size) {
        return std::ranges::find(preferred_, size) != preferred_.end();
    };
    if (is_preferred(rows)) preferred = 1;
    while (fitting < state.rows.size() && rows + state.rows[fitting] <= limit) {
        rows += state.rows[fitting++];
        if (is_preferred(rows)) preferred = fitting;
    }
    const TimePoint waited = state.oldest + delay_;
    if (delay_ > Duration::zero() && now >= waited) return RunFirst{fitting};
    if (preferred > 0) return RunFirst{preferred};
    const bool full = fitting < state.rows.size() || rows >= limit ||
                      (!preferred_.empty() && rows >= std::ranges::max(preferred_));
    if (delay_ <= Duration::zero() || full || state.no_more) return RunFirst{fitting};
    if (state.deadline == TimePoint::max()) return WaitUntil{waited};
    const TimePoint latest = state.deadline - time.predict(rows);
    if (now >= latest) return RunFirst{fitting};
    return WaitUntil{std::min(waited, latest)};
}

}  // namespace mettle
