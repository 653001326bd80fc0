#include "mettle/inference/admission.hpp"

#include <algorithm>

namespace mettle {

namespace {

// Predictions are right on average; a call admitted on the last microsecond is late every other
// time, and its run is wasted.
constexpr double kTrusted = 0.8;

}  // namespace

Duration predict_wait(const Backlog& backlog, const TimeModel& time) {
    const auto most = std::max<std::int64_t>(backlog.most_rows, 1);
    const auto calls = static_cast<std::int64_t>(backlog.calls);
    const std::int64_t runs = most == 1 ? calls : std::min(calls, (backlog.rows + most - 1) / most);
    const Duration work = time.fixed * runs + time.per_row * backlog.rows;
    Duration running{};
    if (backlog.busy > 0) running = time.fixed * backlog.busy + time.per_row * backlog.running_rows;
    // An idle worker takes the call at once, whatever the others do.
    if (backlog.busy < backlog.workers && calls == 0) return {};
    return (work + running / 2) / std::max(backlog.workers, 1);
}

void WaitCorrection::add(Duration predicted, Duration waited) {
    constexpr Duration kTooShortToTell = std::chrono::microseconds(200);
    constexpr double kWeight = 0.02, kLeast = 0.5, kMost = 10;
    if (predicted < kTooShortToTell) return;
    const double ratio =
        static_cast<double>(waited.count()) / static_cast<double>(predicted.count());
    factor_ += kWeight * (std::clamp(ratio, kLeast, kMost) - factor_);
}

Duration WaitCorrection::correct(Duration predicted) const {
    return Duration(static_cast<std::int64_t>(factor_ * static_cast<double>(predicted.count())));
}

std::optional<Refusal> judge(const Arrival& arrival, const AdmissionState& state,
                             const TimeModel& time, TimePoint now) {
    if (arrival.deadline <= now) return Refusal::expired;
    if (state.waiting >= state.most_waiting) {
        const std::size_t share = state.most_waiting / std::max<std::size_t>(state.clients, 1);
        return state.clients > 1 && state.of_client > share ? Refusal::client_limit
                                                            : Refusal::queue_full;
    }
    if (state.longest_wait && state.wait > *state.longest_wait) return Refusal::overloaded;
    if (arrival.deadline == TimePoint::max()) return std::nullopt;
    const auto left = static_cast<double>((arrival.deadline - now).count());
    const auto needed = static_cast<double>((state.wait + time.predict(arrival.rows)).count());
    // Nothing waits: it is tried, since a prediction that is too high would never be corrected.
    if (needed > kTrusted * left && state.wait > Duration::zero()) return Refusal::too_late;
    return std::nullopt;
}

int retry_after_ms(Duration predicted_wait) {
    const auto half = std::chrono::ceil<std::chrono::milliseconds>(predicted_wait / 2).count();
    return static_cast<int>(std::clamp<std::int64_t>(half, 1, 60'000));
}

}  // namespace mettle
