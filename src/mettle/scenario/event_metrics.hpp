#pragma once

#include "mettle/load/recorder.hpp"
#include "mettle/load/transport.hpp"
#include "mettle/protocols/event_meter.hpp"

#include <cstdint>

namespace mettle::scenario {

// Own metrics of a run about its streams of server-sent events, the same whether its users are
// written in YAML or in C++.
struct EventMetrics {
    // `number_of(name, kind, unit)` gives a metric's number.
    template <typename NumberOf>
    static EventMetrics named(const NumberOf& number_of) {
        using results::MetricKind;
        return {number_of("events", MetricKind::counter, ""),
                number_of("first_event", MetricKind::trend, "ms"),
                number_of("inter_event", MetricKind::trend, "ms")};
    }

    // What a stream that went well was like; nothing, where its request does not count.
    void record(load::Recorder& recorder, const load::Attempt& attempt,
                const protocols::EventMeter& events) const;

    std::uint32_t events = 0, first_event = 0, inter_event = 0;
};

}  // namespace mettle::scenario
