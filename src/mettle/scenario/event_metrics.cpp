#include "mettle/scenario/event_metrics.hpp"

namespace mettle::scenario {

void EventMetrics::record(load::Recorder& recorder, const load::Attempt& attempt,
                          const protocols::EventMeter& meter) const {
    if (!recorder.counts(attempt)) return;
    const auto add = [&](std::uint32_t metric, results::MetricKind kind, double value) {
        recorder.record_metric(metric, kind, value, attempt.done_ns);
    };
    const auto to_ms = [](std::int64_t ns) { return static_cast<double>(ns) / 1e6; };
    add(events, results::MetricKind::counter, static_cast<double>(meter.count()));
    add(first_event, results::MetricKind::trend, to_ms(meter.first_ns() - attempt.due_ns));
    for (const std::int64_t gap : meter.gaps_ns())
        add(inter_event, results::MetricKind::trend, to_ms(gap));
}

}  // namespace mettle::scenario
