#pragma once

// What the next run of a model is made of. Pure: tables test it, a thin loop in CallScheduler asks.

#include "mettle/inference/batch_knobs.hpp"
#include "mettle/inference/time_model.hpp"

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

namespace mettle {

// The calls that may share the next run (of one shape), in the order of their turn.
struct BatchState {
    std::span<const std::int64_t> rows;     // Of each; at least one call.
    TimePoint oldest;                       // When the first of them came.
    TimePoint deadline = TimePoint::max();  // When the first of them has to be answered.
    bool no_more = false;                   // Nobody can join any more: don't wait.
};

struct RunFirst {
    std::size_t calls;  // So many of them, from the first; at least 1.
    bool operator==(const RunFirst&) const = default;
};
struct WaitUntil {
    TimePoint when;  // Or until another call has come.
    bool operator==(const WaitUntil&) const = default;
};

class BatchPolicy {
public:
    // `most_rows` bounds each run, but for a call that is larger by itself.
    BatchPolicy(const BatchKnobs& knobs, std::int64_t most_rows);

    // Asked when a worker is idle. Without max_queue_delay it never says to wait: what is there
    // runs, as many rows as the limit and the deadline leave. A preferred size goes before more
    // rows, as in Triton: the largest one that the calls make exactly. With max_queue_delay it
    // waits for one (without preferred sizes, for the limit) until the oldest has waited so long,
    // but never longer than its deadline allows.
    std::variant<RunFirst, WaitUntil> next(const BatchState& state, const TimeModel& time,
                                           TimePoint now) const;

    std::int64_t most_rows() const { return most_rows_; }

private:
    std::int64_t rows_by(TimePoint deadline, const TimeModel& time, TimePoint now) const;

    std::vector<std::int64_t> preferred_;
    Duration delay_;
    std::int64_t most_rows_;
};

}  // namespace mettle
