#pragma once

// Whether a call may wait at all. Pure: tables test it.

#include "mettle/base/units.hpp"
#include "mettle/inference/time_model.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace mettle {

// What waits before a call that comes now, and what runs.
struct Backlog {
    std::size_t calls = 0;
    std::int64_t rows = 0;
    int workers = 1;
    int busy = 0;  // Workers that run something.
    std::int64_t running_rows = 0;
    std::int64_t most_rows = 1;  // In a run; 1: each call runs alone.
};

// How long until all of it has been run: whole runs, dealt out to the workers, and half of what
// runs now.
Duration predict_wait(const Backlog& backlog, const TimeModel& time);

// What predictions leave out (other programs, the I/O threads on the same cores) shows in how long
// calls really waited. One thread at a time.
class WaitCorrection {
public:
    void add(Duration predicted, Duration waited);
    Duration correct(Duration predicted) const;
    double factor() const { return factor_; }

private:
    double factor_ = 1;
};

enum class Refusal { queue_full, client_limit, too_late, overloaded, expired };

struct Arrival {
    TimePoint deadline = TimePoint::max();
    std::int64_t rows = 1;
};

struct AdmissionState {
    std::size_t waiting = 0, most_waiting = 0;
    std::size_t of_client = 0, clients = 1;     // That wait; this call's client counted as one.
    Duration wait{};                            // Predicted, corrected.
    std::optional<Duration> longest_wait = {};  // In an overload: see QueueWatch.
};

// Nothing: it may wait. A full queue is the client's own limit when it alone holds more than its
// share of it.
std::optional<Refusal> judge(const Arrival& arrival, const AdmissionState& state,
                             const TimeModel& time, TimePoint now);

// When to come again: when half of what waits will be gone, in [1 ms, 60 s].
int retry_after_ms(Duration predicted_wait);

}  // namespace mettle
