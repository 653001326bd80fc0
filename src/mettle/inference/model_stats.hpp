#pragma once

#include "mettle/inference/batch_sizes.hpp"
#include "mettle/metrics/counter.hpp"
#include "mettle/metrics/exemplars.hpp"

#include <atomic>
#include <cstdint>

namespace mettle {

// What one version of a model has done since it was loaded. Any thread adds, a scrape reads.
struct ModelStats {
    // A count of things and the time they took in all, as V2's statistics show them.
    struct Timed {
        void add(std::int64_t ns) {
            count.add();
            total_ns.add(static_cast<std::uint64_t>(ns < 0 ? 0 : ns));
        }
        Counter count;
        Counter total_ns;
    };

    Timed success, fail, queue, parse, infer, write;
    Counter rows;        // Inferences, in V2's words: a request of 8 rows is 8.
    Counter executions;  // Runs of the model.
    Counter failed_invalid, failed_internal;
    // Refused before they ran, by reason; `expired`: their deadline passed while they waited.
    Counter refused_queue_full, refused_client_limit, refused_too_late, refused_overloaded;
    Counter expired, expired_running;
    Counter cancelled_waiting,
        failed_cancelled;  // Their clients left; all of them, and in the queue.
    std::uint64_t refused() const {
        return refused_queue_full.value() + refused_client_limit.value() +
               refused_too_late.value() + refused_overloaded.value() + expired.value();
    }
    Counter terminated_runs;  // Ended early, since nobody waited for any of their answers.
    Counter wasted_rows;      // Run, and nobody waited for the answer any more.
    Counter deadline_missed;  // Answered, but after their deadline.
    DurationHistogram request_time{DurationHistogram::default_bounds_ns()};
    Exemplars request_exemplars{DurationHistogram::default_bounds_ns().size() + 1};
    DurationHistogram queue_time{DurationHistogram::default_bounds_ns()};
    DurationHistogram batch_time{DurationHistogram::default_bounds_ns()};  // Chosen to started.
    DurationHistogram infer_time{DurationHistogram::default_bounds_ns()};
    DurationHistogram write_time{DurationHistogram::default_bounds_ns()};  // Encoding the answer.
    BatchSizes batch_sizes;
    std::atomic<std::int64_t> last_inference_ms = 0;  // Since 1970.
    std::atomic<std::int64_t> in_flight = 0;
    std::atomic<std::int64_t> memory_bytes = 0;  // Taken by loading it; 0: not known.
};

}  // namespace mettle
